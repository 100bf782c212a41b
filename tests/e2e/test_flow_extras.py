"""What stands round a migration: settings, CSV files, reports, estimates, purging, and a journal that is lost."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.e2e.omt import Ended, Site, Tenant, build, run, say, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A test migration that was done by edited CSV files and settings from the environment; its tenant still serves."""

    site: Site
    tenant: Tenant
    answers: Path
    workspace: Path
    ended: Ended
    without_plan: str
    renamed: tuple[str, str]


def edit(file: Path, change: Callable[[dict[str, str]], object]) -> None:
    """Change each row of a CSV file as a person does in a spreadsheet of a country that separates by semicolon."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        change(row)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    folder = tmp_path_factory.mktemp("finished")
    site = build(folder)
    with serving(folder, words=site.plans) as tenant:
        online = {"OMT_ONLINE__URL": tenant.url, "OMT_ONLINE__TOKEN_FILE": str(tenant.token_file)}
        written = run("check", "--answers", site.answers, "--write-csv", site.directory, folder=folder, extra=online)
        assert written.code == 0
        users = [user for user in site.truth["users"] if user["plan"] and not user["administrator"]]
        without_plan, renamed = users[0]["login"], users[1]["login"]
        name = "Somebody.Else@nordlys.example.com"
        edit(site.directory / "plans.csv", lambda row: row.update({"plan": ""} if row["login"] == without_plan else {}))
        edit(
            site.directory / "usernames.csv",
            lambda row: row.update({"user_name": name} if row["login"] == renamed else {}),
        )
        answers = site.answer(None, name="csv.toml", test_migration=True)
        text = answers.read_text(encoding="utf-8").replace("[plans]", '[plans]\ncsv = "plans.csv"')
        answers.write_text(f'{text}[usernames]\ncsv = "usernames.csv"\n', encoding="utf-8")
        workspace = folder / "work"
        extra = {**online, "OMT_CORE__WORKSPACE": str(workspace)}
        ended = run("migrate", "--answers", answers, folder=folder, extra=extra)
        yield Finished(
            site=site, tenant=tenant, answers=site.answer(tenant, test_migration=True), workspace=workspace,
            ended=ended, without_plan=without_plan, renamed=(renamed, name),
        )  # fmt: skip


def test_the_environment_names_tenant_and_workspace(finished: Finished) -> None:
    assert finished.ended.code == 0, finished.ended.errors
    assert finished.ended.result["receipt"] == str(finished.workspace / "receipt.json")


def test_edited_csv_files_decide_plans_and_user_names(finished: Finished) -> None:
    (file,) = (finished.tenant.directory / "databases").glob("*.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        applied = {
            row[0]: row[1:] for row in connection.execute("SELECT login, plan, user_name FROM omt.users").fetchall()
        }
    login, name = finished.renamed
    assert applied[finished.without_plan] == (None, None)
    assert applied[login][1] == name
    for user in finished.site.truth["users"]:
        if user["plan"] and user["login"] not in {login, finished.without_plan}:
            assert applied[user["login"]] == (user["plan"], user["emails"][0])


@pytest.mark.parametrize("line", ["XX;nobody;;;no;", "only one cell", "HH;twice;;;yes;"])
def test_a_csv_file_that_is_not_right_is_refused_before_anything(finished: Finished, tmp_path: Path, line: str) -> None:
    folder = finished.site.directory
    text = (folder / "plans.csv").read_text(encoding="utf-8-sig")
    (folder / "wrong.csv").write_text(f"{text}{line}\n", encoding="utf-8")
    answers = folder / "wrong.toml"
    told = finished.answers.read_text(encoding="utf-8").replace("[plans]", '[plans]\ncsv = "wrong.csv"')
    answers.write_text(told, encoding="utf-8")
    refused = run("check", "--answers", answers, folder=tmp_path)
    if line.startswith("XX"):
        # An empty cell takes a plan away, which nobody called XX has: that is what was asked for.
        assert refused.code == 0
    else:
        assert (refused.code, refused.result["error"]["code"]) == (2, "csv-invalid")
        assert f"line {len(text.splitlines()) + 1}" in refused.result["error"]["message"]


def test_the_report_is_written_in_each_form(finished: Finished, tmp_path: Path) -> None:
    texts: dict[str, str] = {}
    for form in ("html", "csv", "json"):
        output = tmp_path / f"out.{form}"
        words = ("report", "--workspace", finished.workspace, "--format", form, "--output", output)
        assert run(*words, folder=tmp_path).code == 0
        texts[form] = output.read_text(encoding="utf-8-sig")
        assert finished.tenant.token_file.read_text(encoding="utf-8").strip() not in texts[form]
    for form in ("html", "json"):
        assert finished.site.truth["identity"]["owner"] in texts[form]
        assert "left-on-site" in texts[form]
    assert json.loads(texts["json"])
    rows = list(csv.DictReader(texts["csv"].splitlines()))
    moved = [row for row in rows if row["stage"] != "database" and row["state"] == "confirmed"]
    assert len(moved) == finished.ended.result["sent"]["files"]


def test_an_estimate_is_a_range_with_its_grounds_and_leaves_nothing(finished: Finished, tmp_path: Path) -> None:
    ended = run("estimate", "--answers", finished.answers, folder=tmp_path)
    assert ended.code == 0
    (found,) = [line for line in ended.lines if line["event"] == "estimate"]
    assert 0 < found["shortest_seconds"] <= found["longest_seconds"]
    assert found["grounds"]
    assert found["levers"]
    assert found["files"] == finished.ended.result["sent"]["files"]
    assert found["files_to_send"] == found["files"]
    assert not list((finished.tenant.directory / "uploads").iterdir())
    assert run("status", folder=tmp_path).code == 0


def test_an_estimate_knows_what_is_online_and_the_run_after_it_says_how_far_off_it_was(tmp_path: Path) -> None:
    site = build(tmp_path, documents=40)
    with serving(tmp_path, words=site.plans) as tenant:
        answers, workspace = site.answer(tenant), tmp_path / "work"
        words = ("--answers", answers, "--workspace", workspace)
        assert run("precopy", *words, folder=tmp_path).code == 0
        (found,) = [line for line in run("estimate", *words, folder=tmp_path).lines if line["event"] == "estimate"]
        assert found["files_to_send"] == 0
        assert found["bytes_to_send"] > 0, "the database, which no run has moved yet"
        assert found["database_bytes"] == found["bytes_to_send"]
        _, said = say("estimate", *words, folder=tmp_path)
        assert "0 files, 0 bytes are to be sent" in said
        assert "The database besides, about " in said
        assert any("by its own statistics" in ground for ground in found["grounds"])
        assert found["files"] >= 40
        limited = run("estimate", *words, "--limit-rate", "1K", folder=tmp_path)
        (with_limit,) = [line for line in limited.lines if line["event"] == "estimate"]
        assert any("rate limit" in ground for ground in with_limit["grounds"])
        ended = run("migrate", *words, folder=tmp_path)
        assert ended.code == 0, ended.errors
        (judged,) = [line for line in ended.lines if line["event"] == "estimated"]
        assert judged["took_seconds"] > 0
        assert judged["off"] > 0
        assert len(judged["runs"]) == 1
        assert "Estimated on" in (workspace / "report.html").read_text(encoding="utf-8")
        run("report", "--workspace", workspace, "--format", "json", folder=tmp_path)
        report = json.loads((workspace / "report.json").read_text(encoding="utf-8"))
        assert report["estimate"]["took_seconds"] == judged["took_seconds"]
        again = run("estimate", *words, folder=tmp_path)
        (after,) = [line for line in again.lines if line["event"] == "estimate"]
        assert any("verify and import" in ground for ground in after["grounds"])


def test_a_lost_journal_is_rebuilt_from_what_the_tenant_knows_and_nothing_is_sent(
    finished: Finished, tmp_path: Path
) -> None:
    words = ("migrate", "--answers", finished.answers, "--workspace", tmp_path / "new")
    undecided = run(*words, folder=tmp_path)
    assert (undecided.code, undecided.result["error"]["code"]) == (2, "recovery-choice-needed")
    again = run(*words, "--recover", "missing", folder=tmp_path)
    assert again.code == 0, again.errors
    assert again.result["mode"] == "recovery"
    assert again.result["sent"]["files"] == 0
    assert again.result["skipped"]["files"] == finished.ended.result["sent"]["files"]
    assert again.result["missing"] == again.result["failed"] == 0
    assert run("verify", again.result["receipt"], "--tenant", finished.tenant.url, folder=tmp_path).code == 0


def test_purging_leaves_receipt_and_report_unless_all_is_to_go(finished: Finished, tmp_path: Path) -> None:
    workspace = tmp_path / "copy"
    shutil.copytree(finished.workspace, workspace)
    assert list(workspace.glob("results/*/decisions.json"))
    code, seen = say("purge", "--workspace", workspace, folder=tmp_path)
    assert code == 0, seen
    left = {path.name for path in workspace.iterdir()}
    assert left == {"receipt.json", "manifest.jsonl", "tenant.key", "report.html", "lock", "results"}
    assert not list(workspace.glob("results/*/decisions.json"))
    assert run("verify", workspace / "receipt.json", folder=tmp_path).code == 0
    gone = run("status", "--workspace", workspace, folder=tmp_path)
    assert (gone.code, gone.result["error"]["code"]) == (2, "workspace-empty")

    shutil.copytree(finished.workspace, tmp_path / "whole")
    assert run("purge", "--workspace", tmp_path / "whole", "--all", folder=tmp_path).code == 0
    assert not list((tmp_path / "whole").iterdir())


def test_a_command_is_missed_with_the_plugin_that_would_bring_it(tmp_path: Path) -> None:
    code, seen = say("--disable-plugin", "simulator", "demo", folder=tmp_path)
    assert code == 2
    assert "'simulator'" in seen
    assert "disabled" in seen
    assert "Traceback" not in seen
