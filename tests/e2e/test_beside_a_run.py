"""What can be done beside a running migration, and what is refused until it has ended."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.omt import build, run, say, serving, start, wait

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
