"""A test migration leaves the installation alone; it may be overwritten, as a test again or going live (W30-W37)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.e2e.omt import Ended, Site, build, run, say, serving


def on_site(site: Site) -> tuple[bytes, list[tuple[object, ...]]]:
    """What a freeze would change: the Service's config file and the system events."""
    config = site.directory / "machine/C/SuperOffice/Customer Service/config"
    database = site.directory / "machine/C/SuperOffice/Data/crm.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        return config.read_bytes(), connection.execute("SELECT * FROM systemevent ORDER BY 1").fetchall()


def test_a_test_migration_is_repeated_and_then_goes_live(tmp_path: Path) -> None:
    site = build(tmp_path)
    untouched = on_site(site)
    with serving(tmp_path, words=site.plans) as tenant:
        workspace = tmp_path / "work"
        test = site.answer(tenant, name="test.toml", test_migration=True)
        live = site.answer(tenant, name="live.toml", test_migration=False)

        metrics = tmp_path / "omt.prom"
        first = run("migrate", "--answers", test, "--workspace", workspace, "--metrics", metrics, folder=tmp_path)
        told = metrics.read_text(encoding="utf-8")
        assert 'omt_run_state{state="succeeded"} 1.0' in told
        assert f"omt_files_sent {float(first.result['sent']['files'])}" in told
        assert 'omt_stage_state{stage="documents",state="succeeded"} 1.0' in told
        assert (first.code, first.result["kind"], first.result["mode"]) == (0, "test", "initial")
        assert on_site(site) == untouched

        again = run(
            "migrate", "--answers", test, "--workspace", workspace, "--recover", "overwrite-test", folder=tmp_path
        )
        assert (again.code, again.result["kind"], again.result["mode"]) == (0, "test", "recovery")
        assert again.result["sent"]["files"] == 0
        assert again.result["skipped"]["files"] == first.result["sent"]["files"]
        assert again.result["tables"] == first.result["tables"]
        assert on_site(site) == untouched

        refused = run("migrate", "--answers", live, "--workspace", workspace, "--recover", "missing", folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (2, "recovery-of-other-kind")
        assert "--recover overwrite-test" in refused.result["error"]["remedy"]
        assert on_site(site) == untouched
        unnamed = site.answer(tenant, name="unnamed.toml")
        code, told = say(
            "migrate", "--answers", unnamed, "--workspace", workspace, "--recover", "missing", folder=tmp_path
        )
        assert (code, "\nTest migration\nUpload completed." in told) == (0, True), told

        going = run(
            "migrate", "--answers", live, "--workspace", workspace, "--recover", "overwrite-test", folder=tmp_path
        )
        assert (going.code, going.result["kind"], going.result["sent"]["files"]) == (0, "live", 0)
        assert on_site(site) != untouched
        # What keeps users out on site stays there: online it would keep them out of the migrated CRM.
        assert going.result["rows"] <= again.result["rows"]
        assert "SystemEvent.eventkey=kSENoLogin" in going.subjects("left-on-site")

        compared = run("compare", "--workspace", workspace, folder=tmp_path)
        areas = {area["area"]: area for area in compared.result["areas"]}
        assert (compared.result["before"]["kind"], compared.result["after"]["kind"]) == ("test", "live")
        assert (areas["documents"]["unexplained"], areas["plans"]["unexplained"]) == (0, 0)
        assert areas["documents"]["equal"] > 0
        assert areas["plans"]["equal"] > 0
        receipts = workspace / "results/test-before", workspace / "results/test/receipt.json"
        assert run("compare", *receipts, folder=tmp_path).code == 0

        refused = run(
            "migrate", "--answers", live, "--workspace", workspace, "--recover", "overwrite-test", folder=tmp_path
        )
        assert (refused.code, refused.result["error"]["code"]) == (2, "recovery-choice-not-possible")


def test_files_that_vanish_between_test_and_live_are_counted_wherever_the_result_is_told(tmp_path: Path) -> None:
    """A document's file stays online as the test sent it; a template that nothing refers to does not."""
    site = build(tmp_path)
    machine = site.directory / "machine/C"
    document = min(path for path in (machine / "SO_ARC/HH").rglob("*") if path.parent.name[0].isdigit())
    template = machine / "SuperOffice/Customer Service/templates/header.tmpl"
    with serving(tmp_path, words=site.plans) as tenant:
        workspace = tmp_path / "work"
        test = site.answer(tenant, name="test.toml", test_migration=True)
        live = site.answer(tenant, name="live.toml", test_migration=False)
        first = run("migrate", "--answers", test, "--workspace", workspace, folder=tmp_path)
        assert (first.code, first.result["gone"], first.result["kept"]) == (0, 0, 0)
        document.unlink()
        template.unlink()
        words = ("migrate", "--answers", live, "--workspace", workspace, "--recover", "overwrite-test")
        code, told = say(*words, folder=tmp_path)
        assert code == 0, told
        assert "Sent by an earlier run and no longer on site: 2 (1 kept online)" in told
        assert "\nLive migration\nUpload completed." in told
        compared = run("compare", "--workspace", workspace, folder=tmp_path)
        status = run("status", "--workspace", workspace, folder=tmp_path).result
    assert (status["gone"], status["kept"], status["sent"]["files"]) == (2, 1, 0)
    assert status["skipped"]["files"] == first.result["sent"]["files"] - 1
    areas = {area["area"]: area for area in compared.result["areas"]}
    assert [areas[name]["gone"] for name in ("documents", "customer-service", "templates")] == [1, 1, 0]
    gone = {(line["name"], line["after"]) for line in compared.lines if line.get("change") == "gone"}
    assert gone == {(f"HH/{document.parent.name}/{document.name}", "kept online"), ("templates/header.tmpl", "")}


def test_what_was_waived_for_the_test_stops_the_live_migration_until_it_is_confirmed(tmp_path: Path) -> None:
    site = build(tmp_path, on_travel=1)
    with serving(tmp_path, words=site.plans) as tenant:
        waiver = 'code = "user-on-travel", reason = "She left."'

        def omt(command: str, *words: str, test: bool, waived: str) -> Ended:
            answers = site.answer(tenant, test_migration=test)
            answers.write_text(f"waive = [{{ {waived} }}]\n{answers.read_text(encoding='utf-8')}", encoding="utf-8")
            return run(command, "--answers", answers, "--workspace", tmp_path / "work", *words, folder=tmp_path)

        migrate = partial(omt, "migrate")
        assert omt("check", test=True, waived=waiver).code == 0
        assert migrate(test=True, waived=waiver).code == 0
        before = on_site(site)
        refused = migrate("--recover", "overwrite-test", test=False, waived=waiver)
        assert (refused.code, refused.result["error"]["code"]) == (1, "findings-stand")
        assert refused.subjects("waiver-of-test") == {"user-on-travel"}
        assert "live = true" in refused.result["error"]["remedy"]
        checked = omt("check", test=False, waived=waiver)
        assert (checked.code, checked.result["error"]["code"]) == (1, "findings-stand")
        assert checked.subjects("waiver-of-test") == {"user-on-travel"}
        assert omt("check", test=False, waived=f"{waiver}, live = true").code == 0
        assert on_site(site) == before
        report = (tmp_path / "work/report.html").read_text(encoding="utf-8")
        assert "Test migration to CRM Online" in report
        assert "A live migration was asked for since and has not begun: nothing of it is online." in report
        assert "Live migration to CRM Online" not in report
        assert run("status", "--workspace", tmp_path / "work", folder=tmp_path).result["kind"] == "test"
        (listed, _) = run("workspaces", folder=tmp_path).lines
        assert (listed["kind"], listed["state"]) == ("test", "completed")
        live = migrate("--recover", "overwrite-test", test=False, waived=f"{waiver}, live = true")
        assert live.code == 0, live.errors
        receipt = json.loads(Path(live.result["receipt"]).read_text(encoding="utf-8"))
        assert "user-on-travel: She left." in receipt["header"]["waivers"]


def test_a_dry_run_changes_nothing_and_says_what_it_would_send(tmp_path: Path) -> None:
    site = build(tmp_path)
    before = on_site(site)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("migrate", "--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        dry = run(*words, "--dry-run", folder=tmp_path)
        assert dry.code == 0
        assert not (tmp_path / "work").exists()
        assert on_site(site) == before
        promised = sum(line["files"] for line in dry.lines if line["event"] == "dry-run")
        real = run(*words, folder=tmp_path)
        assert (real.code, real.result["mode"], real.result["sent"]["files"]) == (0, "initial", promised)


def test_documents_that_were_copied_ahead_are_not_sent_again_on_the_night(tmp_path: Path) -> None:
    site = build(tmp_path)
    before = on_site(site)
    with serving(tmp_path, words=site.plans) as tenant:
        words = ("--answers", site.answer(tenant), "--workspace", tmp_path / "work")
        ahead = run("precopy", *words, folder=tmp_path)
        assert (ahead.code, ahead.result["kind"]) == (0, "live"), ahead.errors
        assert on_site(site) == before
        night = run("migrate", *words, folder=tmp_path)
        assert (night.code, night.result["mode"], night.result["sent"]["files"]) == (0, "initial", 0)
        assert night.result["skipped"]["files"] == ahead.result["sent"]["files"] > 0
