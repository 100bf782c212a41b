"""The log of a migration lies beside its journal, and each of its lines says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.omt import build, run, serving


def test_support_finds_in_the_log_of_a_migration_what_was_found_by_whom_in_which_run(tmp_path: Path) -> None:
    site = build(tmp_path, missing_file=1)
    work, tool = tmp_path / "work", tmp_path / "tool.log"
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("--answers", site.answer(tenant, test_migration=True), "--workspace", work)
        done = run("migrate", *words, "--log-format", "json", "--log-file", tool, folder=tmp_path)
    assert done.code == 0, done.errors
    lines = [json.loads(line) for line in (work / "migration.log").read_text(encoding="utf-8").splitlines()]
    assert {line["run"] for line in lines} == {"1"}
    assert {line["workspace"] for line in lines} == {str(work)}
    found = {(line["code"], line["plugin"]) for line in lines if line["message"].startswith("finding")}
    assert {(one["code"], one["plugin"]) for one in done.result["findings"]} == found
    assert {"documents", "templates", "database"} <= {line["stage"] for line in lines}
    told = [json.loads(line)["message"] for line in tool.read_text(encoding="utf-8").splitlines()]
    assert told[0] == "command migrate"
    assert told[-1] == "ended with exit code 0"
