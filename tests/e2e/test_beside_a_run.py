"""What can be done beside a running migration, and what is refused until it has ended."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.omt import Site, build, run, say, serving, start, wait

CRAWL = ("--limit-rate", "2K")
"""So slow that a run never ends within a test's time, unless the limit is lifted."""


def until_it_uploads(process: subprocess.Popen[str]) -> None:
    """Read what a run says until it has begun to upload."""
    assert process.stdout is not None
    for line in map(json.loads, process.stdout):
        if line["event"] == "progress":
            return
    raise AssertionError("the run ended before it uploaded anything")


@pytest.mark.posix("the test speaks POSIX signals")
def test_a_running_migration_can_be_watched_and_limited_and_is_alone_at_its_work(tmp_path: Path) -> None:
    site = build(tmp_path)
    default = tmp_path / "home" / "data" / "omt" / "migrations" / site.truth["identity"]["serial"]
    with serving(tmp_path, words=site.plans) as tenant:
        answers = site.answer(tenant, test_migration=True)
        killed = start("migrate", "--answers", answers, *CRAWL, folder=tmp_path)
        until_it_uploads(killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=60)
        unfinished = run("purge", folder=tmp_path)
        assert (unfinished.code, unfinished.result["error"]["code"]) == (2, "purge-unfinished")

        # The workspace is found by the licence's serial number, and goes on with the migration that was killed.
        running = start("migrate", "--answers", answers, *CRAWL, folder=tmp_path)
        until_it_uploads(running)
        assert (default / "limit").read_text(encoding="ascii") == "2K"

        status = run("status", folder=tmp_path)
        assert status.code == 0
        (workspace,) = [line for line in status.lines if line["event"] == "workspace"]
        assert (workspace["path"], workspace["running"], workspace["frozen"]) == (str(default), True, False)
        assert (workspace["phase"], workspace["error"]) == ("upload", "")
        assert workspace["started"] <= workspace["since"]
        assert {line["stage"] for line in status.lines if line["event"] == "status"} >= {"documents", "templates"}
        code, seen = say("status", folder=tmp_path)
        assert code == 0
        assert "one is under way" in seen
        assert "Upload since 20" in seen
        assert run("report", "--output", tmp_path / "report.html", folder=tmp_path).code == 0

        for words in (("migrate", "--answers", answers), ("purge",), ("thaw",)):
            second = run(*words, folder=tmp_path)
            assert (second.code, second.result["error"]["code"]) == (2, "workspace-locked")
        other = run("migrate", "--answers", answers, "--workspace", tmp_path / "other", folder=tmp_path)
        assert (other.code, other.result["error"]["code"]) == (4, "migration-claimed")
        shutil.rmtree(tmp_path / "other")  # it stands for another machine's: here it would be a second migration
        assert run("check", "--answers", answers, folder=tmp_path).code == 0

        assert run("limit", "3K", folder=tmp_path).code == 0
        assert (default / "limit").read_text(encoding="ascii") == "3K"
        assert run("limit", "off", folder=tmp_path).code == 0
        ended = wait(running)
        assert ended.code == 0, ended.errors
        assert ended.result["missing"] == ended.result["failed"] == 0
        assert run("verify", ended.result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0
    for words in (("purge",), ("status",)):
        code, seen = say(*words, folder=tmp_path)
        assert code == (0 if words == ("purge",) else 2), seen


def _lines_that_freeze(site: Site) -> int:
    """How many of what a freeze writes stand on site: the No Login event, and the word in the Service's file."""
    with closing(sqlite3.connect(site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm:
        (events,) = crm.execute("SELECT count(*) FROM systemevent WHERE eventkey = 'kSENoLogin'").fetchone()
    lines = (site.directory / "machine/C/SuperOffice/Customer Service/config").read_text("latin-1").splitlines()
    return int(events) + lines.count("frozen")


def test_users_who_were_let_in_while_a_live_migration_is_under_way_are_not_lost_in_silence(tmp_path: Path) -> None:
    """Somebody ends the maintenance by hand: what users enter from then on is not in what was read of the database."""
    site = build(tmp_path)
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    before = config.read_bytes()
    with serving(tmp_path, words=site.plans) as tenant:
        command = ("migrate", "--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        running = start(*command, *CRAWL, folder=tmp_path)
        until_it_uploads(running)
        assert _lines_that_freeze(site) == 2
        config.write_bytes(before)
        assert run("limit", "off", "--workspace", tmp_path / "work", folder=tmp_path).code == 0
        ended = wait(running)
        assert (ended.code, ended.result["error"]["code"], ended.result["receipt"]) == (3, "freeze-lifted", None)
        assert "still frozen" in ended.result["error"]["message"]
        assert _lines_that_freeze(site) == 2
        done = run(*command, folder=tmp_path)
        assert (done.code, done.result["sent"]["files"], _lines_that_freeze(site)) == (0, 0, 2), done.errors


def test_a_run_whose_migration_another_has_taken_leaves_it_the_freeze(tmp_path: Path) -> None:
    """Its claim lapsed, as that of a machine that slept does, and the other one rests on what it has frozen."""
    site = build(tmp_path)
    lapsed = {"OMT_TENANT__CLAIM_SECONDS": "0.001"}
    with serving(tmp_path, words=site.plans, extra=lapsed) as tenant:
        answers = site.answer(tenant)
        first = start("migrate", "--answers", answers, "--workspace", tmp_path / "first", *CRAWL, folder=tmp_path)
        until_it_uploads(first)
        second = start("migrate", "--answers", answers, "--workspace", tmp_path / "second", *CRAWL, folder=tmp_path)
        until_it_uploads(second)
        run("limit", "off", "--workspace", tmp_path / "first", folder=tmp_path)
        taken = wait(first)
        assert (taken.code, taken.result["error"]["code"]) == (4, "migration-claimed")
        assert "still frozen" in taken.result["error"]["message"]
        assert _lines_that_freeze(site) == 2
        run("limit", "off", "--workspace", tmp_path / "second", folder=tmp_path)
        assert wait(second).code == 0
        assert _lines_that_freeze(site) == 2
