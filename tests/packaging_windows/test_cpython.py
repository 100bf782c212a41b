"""Python for Windows is taken only as its foundation signed it, where that can be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from packaging_windows.cpython import SignatureError, verify

SIGNED = "Signature verification: ok\nSubject: /C=US/O=Python Software Foundation/CN=Python Software Foundation\n"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    folder = tmp_path / "python"
    (folder / "DLLs").mkdir(parents=True)
    for name in ("python.exe", "python311.dll", "DLLs/_ssl.pyd", "DLLs/libcrypto-3.dll"):
        (folder / name).write_bytes(b"MZ")
    return folder


def judging(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> Path:
    """Put a program in the place of osslsigncode, and return the list of what it was asked."""
    program, asked = folder / "osslsigncode", folder / "asked"
    program.write_text(f"#!/bin/sh\necho \"$@\" >> '{asked}'\nprintf '%s' '{said}'\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return asked


def test_every_signed_file_is_checked(tmp_path: Path, python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = judging(tmp_path, monkeypatch, 0, SIGNED)
    verify(python)
    names = [line.rpartition("/")[2] for line in asked.read_text(encoding="utf-8").splitlines()]
    assert sorted(names) == ["_ssl.pyd", "libcrypto-3.dll", "python.exe", "python311.dll"]


@pytest.mark.parametrize(
    ("code", "said"), [(1, SIGNED), (0, "Signature verification: ok\nSubject: /O=Somebody/\n"), (0, "")]
)
def test_a_file_that_is_changed_or_signed_by_somebody_else_is_refused(
    tmp_path: Path, python: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    judging(tmp_path, monkeypatch, code, said)
    with pytest.raises(SignatureError, match=r"_ssl\.pyd"):
        verify(python)
