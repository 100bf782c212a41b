"""`omt support`: the person sees what would be in the file before there is one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TextIO

import pytest

from omt_core.cli.main import main


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OMT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def error_of(out: str) -> str:
    return str(json.loads(out.splitlines()[-1])["error"]["code"])


def test_the_contents_are_listed_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", "--list"]) == 0
    out = capsys.readouterr().out
    assert "versions.json" in out
    assert "what `omt doctor` says of this machine" in out
    assert not list(tmp_path.glob("*.zip"))


def test_with_yes_the_bundle_is_written_as_it_was_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", str(tmp_path / "b.zip"), "--yes", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    listed = {line["name"] for line in lines if line["event"] == "member"}
    assert set(zipfile.ZipFile(tmp_path / "b.zip").namelist()) == listed
    assert "log/omt.log" in listed


def test_a_bundle_is_not_written_over_a_file_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.zip").write_bytes(b"of a person")
    assert main(["support", str(tmp_path / "b.zip"), "--yes", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["file"] == str(tmp_path / "b-1.zip")
    assert zipfile.is_zipfile(tmp_path / "b-1.zip")
    assert (tmp_path / "b.zip").read_bytes() == b"of a person"


def test_where_nobody_can_be_asked_it_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", str(tmp_path / "b.zip"), "--json"]) == 2
    assert error_of(capsys.readouterr().out) == "support-not-agreed"
    assert not (tmp_path / "b.zip").exists()


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> tuple[int, TextIO]:
    """Return what is typed by, and the terminal that it is typed at."""
    read, write = os.pipe()
    terminal = os.fdopen(read, encoding="utf-8")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    return write, terminal


_ASKED = """
import os, signal, sys, threading
from omt_core.cli.command import support
from omt_core.cli.main import main

asked = support.typed_answer

async def interrupted():
    signal.raise_signal(signal.SIGINT)
    return await asked()

support.typed_answer = interrupted
sys.stdin.isatty = lambda: True
sys.exit(main(["support", sys.argv[1]]))
"""


def test_ctrl_c_at_the_question_ends_the_program_though_nobody_types(tmp_path: Path) -> None:
    read, write = os.pipe()
    try:
        ended = subprocess.run(
            [sys.executable, "-c", _ASKED, str(tmp_path / "b.zip")],
            stdin=read, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        os.close(read)
        os.close(write)
    assert (ended.returncode, "error interrupted" in ended.stderr) == (130, True), ended.stderr
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_a_person_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int) -> None:
    typed, terminal = terminal_of(monkeypatch)
    os.write(typed, said.encode())
    os.close(typed)
    with terminal:
        assert main(["support", str(tmp_path / "b.zip")]) == code
    assert (tmp_path / "b.zip").exists() == (code == 0)


def test_to_list_takes_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", "--list", str(tmp_path / "b.zip"), "--json"]) == 2
    said = capsys.readouterr().out
    assert error_of(said) == "usage"
    assert "--list writes nothing" in said


def test_it_needs_a_file_or_to_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["support", "--json"]) == 2
    assert error_of(capsys.readouterr().out) == "usage"
