"""A folder that stands for a Windows machine, and what discovery finds on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

import pytest

from omt_core.api.calls import Discovery
from omt_core.api.installation import ManualAnswers
from omt_discovery import DiscoverySettings
from omt_discovery.search import search

CLIENT = r"C:\Program Files (x86)\SuperOffice\SuperOffice Windows"


@dataclass(frozen=True)
class WindowsMachine:
    root: Path

    def write(self, windows_path: str, content: str | bytes = b"") -> Path:
        path = PureWindowsPath(windows_path)
        drive = ("UNC", *path.drive.strip("\\").split("\\")) if path.drive.startswith("\\") else (path.drive[0],)
        target = self.root.joinpath(*drive, *path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return target

    def folder(self, windows_path: str) -> Path:
        return self.write(windows_path + r"\.keep").parent

    def registry(self, text: str, name: str = "machine.reg") -> None:
        (self.root / name).write_bytes(
            b"\xff\xfe" + f"Windows Registry Editor Version 5.00\r\n\r\n{text}".encode("utf-16-le")
        )

    def client_ini(self, *lines: str) -> None:
        self.write(CLIENT + r"\SuperOffice.ini", "\r\n".join(("[SuperOffice]", *lines)))

    def source(self, name: str = "SuperOffice", **values: str) -> None:
        pairs = "".join(f'"{key}"="{value}"\r\n'.replace("\\", "\\\\") for key, value in values.items())
        self.registry(
            rf"[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\ODBC\ODBC.INI\{name}]" + f"\r\n{pairs}\r\n", f"{name}.reg"
        )


def netserver_xml(
    database: dict[str, str] | None = None,
    explicit: dict[str, str] | None = None,
    documents: dict[str, str] | None = None,
    services: dict[str, str] | None = None,
) -> str:
    def section(name: str, values: dict[str, str] | None) -> str:
        entries = "".join(f'<add key="{key}" value="{value}"/>' for key, value in (values or {}).items())
        return f"<{name}>{entries}</{name}>"

    data = f"<Data>{section('Database', database)}{section('Explicit', explicit)}</Data>"
    rest = section("Documents", documents) + section("Services", services)
    return f"<configuration><SuperOffice>{data}{rest}</SuperOffice></configuration>"


@pytest.fixture
def machine(tmp_path: Path) -> WindowsMachine:
    root = tmp_path / "machine"
    root.mkdir()
    return WindowsMachine(root)


@pytest.fixture
def discover(machine: WindowsMachine) -> Callable[..., Discovery]:
    def run(answers: ManualAnswers | None = None, **settings: object) -> Discovery:
        answers = replace(answers or ManualAnswers(), root=machine.root)
        return search(answers, DiscoverySettings.model_validate(settings))

    return run


@pytest.fixture
def config_xml() -> Callable[..., str]:
    return netserver_xml
