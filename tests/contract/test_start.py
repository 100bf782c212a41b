"""What a command loads before it begins: nothing that only the work itself needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

HEAVY: Final = frozenset(
    {
        "aiohttp",
        "argcomplete",
        "arrow_odbc",
        "cryptography",
        "defusedxml",
        "duckdb",
        "email_validator",
        "jinja2",
        "keyring",
        "markdown_it",
        "multiprocessing",
        "omt_core.answers.file",
        "omt_simulator.generation",
        "packaging",
        "prometheus_client",
        "psutil",
        "pyarrow",
        "pyodbc",
        "sqlglot",
        "stamina",
    }
)
"""Each costs 5 to 90 ms of processor time, and some tens of megabytes."""

_PROGRAM: Final = """
import json, sys
from omt_core.__main__ import main
told, sys.argv = sys.argv[1], ["omt", *sys.argv[2:]]
try:
    main()
except SystemExit:
    open(told, "w").write(json.dumps(sorted(sys.modules)))
"""
_COMMANDS: Final = "omt_core.cli.command."


def loaded_by(words: str, folder: Path) -> set[str]:
    """Run the tool in a process of its own, and return the modules that are loaded when it ends."""
    told = folder / "modules.json"
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    command = [sys.executable, "-c", _PROGRAM, str(told), *words.split()]
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=folder)
    return set(json.loads(told.read_text()))


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "plugins",
        "status",
        "limit 5M",
        "migrate --help",
        "--language de migrate --help",
        "tenant serve --help",
    ],
)
def test_a_command_that_works_on_nothing_loads_no_heavy_library(words: str, tmp_path: Path) -> None:
    loaded = loaded_by(words, tmp_path)
    assert "omt_tenant.plugin" in loaded
    allowed = {"prometheus_client", "omt_core.answers.file"} if words.endswith("migrate --help") else set()
    assert sorted((HEAVY - allowed) & loaded) == []


@pytest.mark.parametrize(("words", "own"), [("--help", []), ("status", ["status"]), ("limit --help", ["limit"])])
def test_a_command_loads_no_other_command(words: str, own: list[str], tmp_path: Path) -> None:
    loaded = loaded_by(words, tmp_path)
    assert [name.removeprefix(_COMMANDS) for name in sorted(loaded) if name.startswith(_COMMANDS)] == own


def test_the_version_is_said_before_anything_is_put_together(tmp_path: Path) -> None:
    loaded = loaded_by("--version", tmp_path)
    assert sorted({"anyio", "asyncio", "pydantic", "rich", "omt_core.api", "omt_core.cli.main"} & loaded) == []
    assert not (tmp_path / "data").exists()
