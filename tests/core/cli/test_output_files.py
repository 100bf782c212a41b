"""A file that a person names for what a command writes: one that is there is never written over."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from omt_core.cli.console import Console
from omt_core.cli.main import main
from omt_core.cli.output_files import place_for, write_beside
from omt_core.plugin_host import EventHub


def console(out: io.StringIO, *, json_lines: bool = False) -> Console:
    return Console(EventHub(), json_lines=json_lines, debug=False, self_command=(), out=out)


def test_a_file_that_is_there_stays_and_the_new_one_stands_beside_it(tmp_path: Path) -> None:
    file, out = tmp_path / "list.csv", io.StringIO()
    assert write_beside(console(out), file, b"first") == file
    assert out.getvalue() == ""
    assert write_beside(console(out), file, b"second") == tmp_path / "list-1.csv"
    assert write_beside(console(out), file, b"third") == tmp_path / "list-2.csv"
    assert file.read_bytes() == b"first"
    assert f"{file} is there already and stays as it is: the new one is {tmp_path / 'list-2.csv'}." in out.getvalue()


def test_what_says_the_very_same_is_not_written_twice(tmp_path: Path) -> None:
    file, out = tmp_path / "list.csv", io.StringIO()
    for content in (b"first", b"second", b"second", b"first"):
        write_beside(console(out), file, content)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list-1.csv", "list.csv"]


def test_a_program_is_told_too(tmp_path: Path) -> None:
    file, out = tmp_path / "list.csv", io.StringIO()
    file.write_bytes(b"of a person")
    write_beside(console(out, json_lines=True), file, b"new")
    (line,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert line["event"] == "notice"
    assert str(tmp_path / "list-1.csv") in line["message"]


def test_a_folder_is_told_by_whoever_writes(tmp_path: Path) -> None:
    assert place_for(tmp_path) == tmp_path
    with pytest.raises(OSError, match="irectory"):
        write_beside(console(io.StringIO()), tmp_path, b"x")


@pytest.mark.skipif(sys.platform == "win32", reason="devices have no place in a folder there")
@pytest.mark.parametrize("words", [("support", "--yes"), ("init", "--force")])
def test_a_device_is_not_taken_away_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "empty").mkdir()
    device = tmp_path / "null"
    device.symlink_to(os.devnull)
    root = ("--root", str(tmp_path / "empty")) if words[0] == "init" else ("--workspace", str(tmp_path / "empty"))
    assert main([*words, str(device), *root, "--json"]) == 2
    error = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert error["code"] == "output-not-a-file"
    assert str(device) in error["message"]
    assert device.is_symlink()
