"""A support bundle has the log of the run that failed, whoever wrote it, and none of other migrations."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from omt_core.engine.support.tool_logs import logs_about
from omt_core.logs import begin_logging, end_logging, log_folder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return log_folder()


def line(message: str, *, logger: str = "omt.run", workspace: Path | None = None) -> str:
    known = "" if workspace is None else f" [run=1 workspace={workspace}]"
    return f"2026-11-30 02:43:00,000 INFO {logger} {message}{known}\n"


def command(name: str, *lines: str) -> str:
    return "".join((line(f"command {name}", logger="omt.cli"), *lines))


def written(path: Path, texts: Sequence[str], *, at: int = 1) -> None:
    path.write_text("".join(texts), encoding="utf-8")
    os.utime(path, (at, at))


def test_the_run_that_failed_is_there_whichever_process_wrote_its_log(tmp_path: Path, folder: Path) -> None:
    mine = tmp_path / "work"
    written(folder / "omt.log", [command("migrate", line("the night", workspace=mine))])
    written(folder / "omt-2.log", [command("(the wizard)", line("a page", workspace=mine))])
    written(folder / "omt-3.log.1", [command("migrate", line("before it was full", workspace=mine))])
    begin_logging("info")  # the bundle's own process has the first name that is free
    try:
        found = logs_about(mine)
    finally:
        end_logging()
    assert {"omt.log", "omt-2.log", "omt-3.log.1"} <= found.keys()
    assert all(word in "".join(found.values()) for word in ("the night", "a page", "before it was full"))


def test_what_other_migrations_logged_stays_out_with_its_tracebacks(tmp_path: Path, folder: Path) -> None:
    mine, other = tmp_path / "work", tmp_path / "other"
    texts = [
        command("migrate", line("of others before a run"), line("Hansen failed", workspace=other), "Traceback of it\n"),
        command("status", line("refused before any workspace was known"), "Traceback of mine\n"),
        command("(the wizard)", line("mine", workspace=mine), line("theirs", workspace=other), "Traceback of them\n"),
    ]
    written(folder / "omt.log", texts)
    text = logs_about(mine)["omt.log"]
    for kept in ("refused before any", "Traceback of mine", " mine ["):
        assert kept in text
    for left in ("of others", "Hansen", "Traceback of it", "theirs", "Traceback of them", str(other)):
        assert left not in text


def test_lines_of_json_are_read_alike(tmp_path: Path, folder: Path) -> None:
    mine, other = tmp_path / "work", tmp_path / "other"

    def said(message: str, workspace: Path | None, logger: str = "omt.run") -> str:
        where = None if workspace is None else str(workspace)
        return json.dumps({"logger": logger, "message": message, "workspace": where}) + "\n"

    begun = said("command migrate", None, "omt.cli")
    written(folder / "omt.log", [begun, said("theirs", other), begun, said("of mine", mine)])
    text = logs_about(mine)["omt.log"]
    assert ("of mine" in text, "theirs" in text) == (True, False)


def test_without_a_workspace_there_is_what_no_migration_logged(tmp_path: Path, folder: Path) -> None:
    written(folder / "omt.log", [command("discover", line("nothing was found"))])
    written(folder / "omt-2.log", [command("migrate", line("theirs", workspace=tmp_path / "other"))])
    assert logs_about(None).keys() == {"omt.log"}


def test_of_many_logs_those_written_last_are_taken_and_nothing_else_that_lies_there(folder: Path) -> None:
    for number in range(2, 22):
        written(folder / f"omt-{number}.log", [command("discover")], at=number)
    written(folder / "notes.log", ["of somebody\n"], at=99)
    assert sorted(logs_about(None)) == sorted(f"omt-{number}.log" for number in range(14, 22))
