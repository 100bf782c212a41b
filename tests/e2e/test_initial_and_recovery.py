"""A first migration, then recovery: what an unattended script sees."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.e2e.omt import build, run, serving


def test_a_live_migration_ends_verified_and_a_second_run_sends_nothing(tmp_path: Path) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        answers, workspace = site.answer(tenant), tmp_path / "work"
        first = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert first.code == 0, first.errors
        assert first.result["mode"] == "initial"
        assert first.result["kind"] == "live"
        assert first.result["sent"]["files"] >= 60
        assert first.result["missing"] == first.result["failed"] == 0
        assert first.result["tables"] > 500
        assert run("verify", first.result["receipt"], "--tenant", tenant.url, folder=tmp_path).code == 0

        receipt = Path(first.result["receipt"])
        signed = receipt.read_bytes()
        undecided = run("migrate", "--answers", answers, "--workspace", workspace, folder=tmp_path)
        assert undecided.code == 2
        assert undecided.result["error"]["code"] == "recovery-choice-needed"
        assert "missing" in undecided.result["error"]["message"]

        second = run("migrate", "--answers", answers, "--workspace", workspace, "--recover", "missing", folder=tmp_path)
        assert second.code == 0, second.errors
        assert second.result["mode"] == "recovery"
        assert second.result["sent"]["files"] == 0
        assert second.result["skipped"]["files"] == first.result["sent"]["files"]
        # Nothing is imported anew where nothing has changed: what was signed before holds.
        assert second.result["receipt"] == str(receipt)
        assert receipt.read_bytes() == signed
        assert second.result["tables"] == first.result["tables"]


def test_files_that_were_away_are_missing_first_and_sent_when_they_are_back(tmp_path: Path) -> None:
    site = build(tmp_path)
    files = sorted(path for path in (site.directory / "machine/C/SO_ARC/HH").rglob("*") if path.is_file())
    away = [path for path in files if path.parent.name[0].isdigit()][:5]
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for number, path in enumerate(away):
        shutil.move(path, shelf / str(number))
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        first = run(*words, folder=tmp_path)
        assert (first.code, first.result["missing"]) == (0, len(away))
        for number, path in enumerate(away):
            shutil.move(shelf / str(number), path)
        second = run(*words, "--recover", "missing", folder=tmp_path)
        assert (second.code, second.result["sent"]["files"], second.result["missing"]) == (0, len(away), 0)
        third = run(*words, "--recover", "missing", folder=tmp_path)
        assert (third.code, third.result["sent"]["files"]) == (0, 0)
