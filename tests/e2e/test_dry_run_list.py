"""The list of a dry run says of each file what would become of it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from tests.e2e.omt import build, run, say, serving


def test_each_file_is_listed_as_sent_there_or_left_behind_with_the_reason(tmp_path: Path) -> None:
    site = build(tmp_path, users=4, documents=20, missing_file=2)
    file = tmp_path / "files.csv"
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--answers", site.answer(tenant, test_migration=True), "--dry-run")
        done = run(*words, "--list", file, folder=tmp_path)
        assert done.code == 0, done.errors
        first = file.read_bytes()
        again = run(*words, "--list", file, folder=tmp_path)
        assert again.code == 0, again.errors
        assert (file.read_bytes(), (tmp_path / "files-1.csv").is_file()) == (first, True)
        refused = run(*words, "--list", tmp_path / "no-folder" / "files.csv", folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (2, "list-not-writable")
        assert str(tmp_path / "no-folder" / "files.csv") in refused.result["error"]["message"]
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    told = [line for line in done.lines if line["event"] == "dry-run"]
    counted = Counter(row["what"] for row in rows)
    assert counted["send"] == sum(line["files"] for line in told)
    assert counted["left behind"] == sum(line["left_behind"] for line in told) >= 2
    assert all(row["reason"] for row in rows if row["what"] == "left behind")
    assert {row["stage"] for row in rows} >= {"documents", "templates"}
    code, seen = say("migrate", "--answers", site.answers, "--list", file, folder=tmp_path)
    assert code == 2
    assert "--list belongs to a dry run" in seen
