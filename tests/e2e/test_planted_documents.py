"""What becomes of files and addresses with something wrong when they are migrated: moved, or left behind by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.e2e.omt import Ended, Site, build, run, say, serving
from tests.e2e.test_plants import DOCUMENTS, FOUND, subjects

LEFT_BEHIND = [
    "blank-name", "hostile-name", "missing-associate", "missing-file", "no-appointment", "other-provider", "unreadable",
    "wrong-period",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A migration of planted documents that was done, and where to look."""

    site: Site
    checked: Ended
    tried: Ended
    ended: Ended
    workspace: Path
    tenant: Path

    @property
    def manifest(self) -> Mapping[str, Mapping[str, Any]]:
        """What became of each document, by its key."""
        lines = map(json.loads, (self.workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
        return {line["key"]: line for line in lines if line["stage"] == "documents"}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database that the tenant imported."""
        (file,) = (self.tenant / "databases").glob("*.duckdb")
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    """Migrate an installation with everything wrong in its archive, which needs no waiver."""
    folder = tmp_path_factory.mktemp("planted")
    site = build(folder, users=16, email_on_other_card=2, **DOCUMENTS)
    with serving(folder, words=site.plans) as tenant:
        answers, workspace = site.answer(tenant), folder / "work"
        checked = run("check", "--answers", answers, folder=folder)
        words = ("migrate", "--answers", answers, "--workspace", workspace)
        tried = run(*words, "--dry-run", folder=folder)
        ended = run(*words, folder=folder)
        directory = tenant.directory
    return Migrated(site=site, checked=checked, tried=tried, ended=ended, workspace=workspace, tenant=directory)


def test_unreadable_files_are_told_by_the_exit_code_of_a_migration_that_is_completed(migrated: Migrated) -> None:
    ended, truth = migrated.ended, migrated.site.truth["plants"]
    assert (ended.code, ended.result["error"]["code"]) == (3, "files-unreadable")
    assert ended.result["failed"] == truth["unreadable"]["count"]
    assert ended.result["missing"] == truth["missing-file"]["count"] + truth["wrong-period"]["count"]
    assert Path(ended.result["receipt"]).is_file()
    verified = run("verify", ended.result["receipt"], folder=migrated.site.folder)
    assert verified.code == 0


@pytest.mark.parametrize("slug", LEFT_BEHIND)
def test_a_document_that_cannot_be_moved_stands_in_the_manifest_with_its_reason(migrated: Migrated, slug: str) -> None:
    for item in migrated.site.truth["plants"][slug]["items"]:
        line = migrated.manifest[item["subjects"][0]]
        assert (line["digest"], line["reason"]) == (None, FOUND[slug])


@pytest.mark.parametrize("slug", ["wrong-case", "zero-bytes"])
def test_a_file_that_is_only_odd_is_moved(migrated: Migrated, slug: str) -> None:
    for item in migrated.site.truth["plants"][slug]["items"]:
        line = migrated.manifest[item["subjects"][0]]
        assert line["digest"] is not None
        assert (line["size"] == 0) == (slug == "zero-bytes")


def test_everything_else_is_moved(migrated: Migrated) -> None:
    left = {subject for slug in LEFT_BEHIND for subject in subjects(migrated.site, slug)}
    moved = {key for key, line in migrated.manifest.items() if line["digest"] is not None}
    assert moved == {str(number) for number in range(1, 61)} - left
    files = migrated.site.truth["counts"]["files"]
    others = files["templates"] + files["customer_service"] + files["attachments"]
    assert migrated.ended.result["sent"]["files"] == len(moved) + others
    promised = sum(line["files"] for line in migrated.tried.lines if line["event"] == "dry-run")
    assert promised == len(moved) + others


def test_check_dry_run_and_migration_find_the_same_and_each_thing_once(migrated: Migrated) -> None:
    def of(ended: Ended) -> list[tuple[str, list[str]]]:
        return [(finding["code"], finding["subjects"]) for finding in ended.result["findings"]]

    assert of(migrated.checked) == of(migrated.tried) == of(migrated.ended)


def test_what_is_left_behind_is_the_same_number_wherever_it_is_told(migrated: Migrated) -> None:
    receipt = json.loads(Path(migrated.ended.result["receipt"]).read_text(encoding="utf-8"))
    number = receipt["header"]["files"]["left_behind"]
    tried = sum(line["left_behind"] for line in migrated.tried.lines if line["event"] == "dry-run")
    status = run("status", "--workspace", migrated.workspace, folder=migrated.site.folder).result["left_behind"]
    assert [tried, migrated.ended.result["left_behind"], status] == [number, number, number]


def test_the_report_that_a_run_leaves_tells_how_that_run_ended(migrated: Migrated) -> None:
    assert run("report", "--workspace", migrated.workspace, "--format", "json", folder=migrated.site.folder).code == 0
    told = json.loads((migrated.workspace / "report.json").read_text(encoding="utf-8"))["runs"][-1]
    assert (told["exit_code"], told["finished"] is None) == (3, False)
    assert "cut short" not in Path(migrated.ended.result["report"]).read_text(encoding="utf-8")


def test_nothing_outside_the_archive_was_read(migrated: Migrated) -> None:
    bait = b"must never be read"
    assert (migrated.site.directory / "machine/C/SO_SECRET/bait.docx").read_bytes() == bait
    kept = [path for path in migrated.tenant.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if bait in path.read_bytes()]


def test_addresses_on_other_cards_are_removed_online_as_announced(migrated: Migrated) -> None:
    announced = {int(one) for one in migrated.checked.subjects("addresses-removed-online")}
    assert announced == {item["email_id"] for item in migrated.site.truth["plants"]["email-on-other-card"]["items"]}
    kept = {row[0] for row in migrated.ask('SELECT email_id FROM "Email"')}
    assert not announced & kept
    assert len(kept) == migrated.site.truth["counts"]["rows"]["Email"] - len(announced)


def test_plans_and_user_names_are_applied_online(migrated: Migrated) -> None:
    active = [user for user in migrated.site.truth["users"] if not user["retired"]]
    applied = migrated.ask("SELECT login, associate_id, plan, user_name FROM omt.users")
    assert set(applied) == {
        (user["login"], user["associate_id"], user["plan"], user["emails"][0] if user["plan"] else None)
        for user in active
    }
    names = dict(migrated.ask('SELECT name, "userName" FROM associate'))
    assert {user["login"]: names[user["login"]] for user in active if user["plan"]} == {
        user["login"]: user["emails"][0] for user in active if user["plan"]
    }


def test_the_report_names_each_document_that_was_left_behind(migrated: Migrated) -> None:
    words = ("report", "--workspace", migrated.workspace, "--format")
    output = migrated.site.folder / "report"
    for form in ("csv", "html"):
        code, _ = say(*words, form, "--output", output, folder=migrated.site.folder)
        assert code == 0
        text = output.read_text(encoding="utf-8")
        for slug in LEFT_BEHIND:
            assert FOUND[slug] in text


def test_the_report_says_where_a_misplaced_file_lies(migrated: Migrated) -> None:
    output = migrated.site.folder / "whole.csv"
    words = ("report", "--workspace", migrated.workspace, "--format", "csv", "--output", output)
    assert run(*words, folder=migrated.site.folder).code == 0
    with output.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["key"]: row for row in csv.DictReader(stream) if row["stage"] == "documents"}
    for item in migrated.site.truth["plants"]["wrong-period"]["items"]:
        assert item["stored"] in rows[item["subjects"][0]]["candidates"]


def test_a_user_name_that_is_held_elsewhere_is_refused(tmp_path: Path) -> None:
    site = build(tmp_path)
    user = next(user for user in site.truth["users"] if user["plan"])
    taken = tmp_path / "taken.txt"
    taken.write_text(f"somebody@example.com\n  {user['emails'][0].upper()} \n", encoding="utf-8")
    with serving(tmp_path, words=(*site.plans, "--taken", str(taken))) as tenant:
        checked = run("check", "--answers", site.answer(tenant), folder=tmp_path)
        assert (checked.code, checked.subjects("user-name-taken-elsewhere")) == (1, {user["login"]})
