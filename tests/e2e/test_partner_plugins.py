"""Partners' plugins: one that blocks, one that raises, one that is broken, one that brings a stage of its own."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.omt import build, run, serving

REPOSITORY = Path(__file__).parents[2]


def test_a_partners_finding_blocks_and_names_the_plugin(tmp_path: Path) -> None:
    site = build(tmp_path)
    found = run(
        "check", "--answers", site.answers, "--plugin", "tests.e2e.partner:Blocks", folder=tmp_path, extra=PATHS
    )
    assert found.code == 1
    (finding,) = [one for one in found.result["findings"] if one["code"] == "partner-says-no"]
    assert (finding["plugin"], finding["subjects"]) == ("partner", [site.truth["identity"]["serial"]])


def test_a_plugin_that_raises_is_named_and_can_be_waived(tmp_path: Path) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--plugin", "tests.e2e.partner:Raises", "--answers")
        stopped = run(*words, site.answer(tenant), folder=tmp_path, extra=PATHS)
        assert stopped.code == 1
        assert stopped.subjects("plugin-raised") == {"plugin:partner"}
        waived = run(*words, site.answer(tenant, waive=["plugin:partner"]), folder=tmp_path, extra=PATHS)
        assert waived.code == 0, waived.errors


def test_a_broken_plugin_is_shown_and_skipped_by_reading_commands_and_stops_writing_ones(tmp_path: Path) -> None:
    site = build(tmp_path)
    broken = ("--plugin", "no_such_partner:Plugin")
    listed = run("plugins", *broken, folder=tmp_path)
    assert listed.code == 0
    assert "broken" in {line.get("state") for line in listed.lines if line.get("name") == "no_such_partner"}
    checked = run("check", "--answers", site.answers, *broken, folder=tmp_path)
    assert checked.subjects("plugin-not-active") == {"plugin:no_such_partner"}
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", *broken, "--answers")
        stopped = run(*words, site.answer(tenant), folder=tmp_path)
        assert (stopped.code, stopped.result["error"]["code"]) == (2, "plugin-not-active")
        waived = run(*words, site.answer(tenant, waive=["plugin:no_such_partner"]), folder=tmp_path)
        assert waived.code == 0, waived.errors


def test_a_disabled_default_rule_stops_a_migration_unless_it_is_waived(tmp_path: Path) -> None:
    site = build(tmp_path)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--disable-plugin", "checks", "--answers")
        stopped = run(*words, site.answer(tenant), folder=tmp_path)
        assert stopped.code == 2
        assert "checks" in stopped.result["error"]["message"]


def test_a_partners_stage_is_moved_beside_the_others(tmp_path: Path) -> None:
    site = build(tmp_path)
    folder = tmp_path / "recordings"
    folder.mkdir()
    for number in range(3):
        (folder / f"call {number}.wav").write_bytes(b"sound" * (number + 1))
    extra = {**PATHS, "OMT_TEST_FOLDER": str(folder)}
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--workspace", tmp_path / "work", "--plugin", "tests.e2e.partner:BringsStage", "--answers")
        done = run(*words, site.answer(tenant), folder=tmp_path, extra=extra)
        assert done.code == 0, done.errors
        manifest = (tmp_path / "work" / "manifest.jsonl").read_text(encoding="utf-8")
        assert manifest.count('"stage":"recordings"') == 3


PATHS = {"PYTHONPATH": str(REPOSITORY)}
