"""The answers by hand: what was found where, the form, the file, the folders (W100-W105)."""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from pydantic import SecretStr

from omt_core.answers import pinned
from omt_core.answers.file import load_answers
from omt_core.answers.form import OnlineForm, answers_in, form_of
from omt_core.api import drives
from omt_core.api.decisions import MigrationKind
from omt_core.api.installation import ManualAnswers, ServiceFolders
from omt_core.wizard.controller.answers_file import export_answers, import_answers
from tests.core.wizard.api.page import file_body, page_in

pytestmark = pytest.mark.anyio


async def test_it_is_said_what_was_found_and_where(tmp_path: Path) -> None:
    """W100."""
    async with page_in(tmp_path) as page:
        told = (await page.get("/api/installation")).json
        assert told["types"] == ["mssql", "oracle", "postgresql", "sqlite"]
        assert [one["chosen"] for one in told["found"]].count(True) == 1
        assert all(evidence["source"] for one in told["found"] for evidence in one["evidence"])
        assert told["answers"]["root"] == str(tmp_path / "site" / "machine")


async def test_answers_are_taken_and_the_installation_is_opened(tmp_path: Path) -> None:
    """W103, W104."""
    async with page_in(tmp_path) as page:
        told = (await page.get("/api/installation")).json
        answer = await page.post("/api/installation", {"answers": told["answers"], "online": told["online"]})
        assert answer.status == 200
        assert answer.json["screen"] == "login"


@pytest.mark.parametrize(
    ("field", "value"), [("dbms", "paradox"), ("templates", "relative/folder"), ("archives", ["also/relative"])]
)
async def test_a_wrong_answer_is_named(tmp_path: Path, field: str, value: object) -> None:
    async with page_in(tmp_path) as page:
        answer = await page.post("/api/installation", {"answers": {field: value}})
        assert answer.status == 400
        assert answer.json["error"]["code"] == "answers-invalid"
        assert field in answer.json["error"]["message"]
        assert (await page.get("/api/state")).json["screen"] == "welcome"


async def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        answer = await page.post("/api/installation", {"answers": {"colour": "red"}})
        assert answer.status == 400
        assert "answers.colour" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/installation", {"answers": {"password": ["hunter2hunter2"]}}),
        ("/api/installation", {"answers": {"templates": "hunter2hunter2"}}),
        ("/api/installation/import", file_body(b'[installation]\npassword = "hunter2hunter2"\n')),
        ("/api/installation/import", file_body(b"[installation]\npassword = hunter2hunter2\n")),
        ("/api/login", {"user": "HH", "password": {"value": "hunter2hunter2"}}),
        ("/api/confirm", {"email": "hunter2hunter2"}),
        ("/api/plans/csv", file_body(b"login,plan\nhunter2hunter2,a\nhunter2hunter2,b\n")),
    ],
)
async def test_what_is_refused_is_not_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, body: Mapping[str, object]
) -> None:
    async with page_in(tmp_path) as page:
        answer = await page.post(path, body)
        assert answer.status == 400
        assert b"hunter2" not in answer.content
        assert "hunter2" not in caplog.text


async def test_another_installation_can_be_asked_for_after_one_was_found(tmp_path: Path) -> None:
    async with page_in(tmp_path) as page:
        await page.post("/api/start")
        assert (await page.post("/api/installation/ask")).json["screen"] == "installation"
        assert (await page.post("/api/previous")).json["screen"] == "welcome"


async def test_folders_can_be_walked(tmp_path: Path) -> None:
    """W102."""
    (tmp_path / "a" / "<img src=x>").mkdir(parents=True)
    (tmp_path / "a" / "B").mkdir()
    (tmp_path / "a" / ".hidden").mkdir()
    (tmp_path / "a" / "file").touch()
    (tmp_path / "a" / ".token").touch()
    async with page_in(tmp_path) as page:
        told = (await page.get(f"/api/folders?path={tmp_path / 'a'}")).json
        names = {"folders": ["<img src=x>", "B", ".hidden"], "files": []}
        assert told == {"path": str(tmp_path / "a"), "parent": str(tmp_path), **names}
        told = (await page.get(f"/api/folders?path={tmp_path / 'a'}&files=yes")).json
        assert (told["folders"], told["files"]) == (names["folders"], ["file", ".token"])
        assert (await page.get("/api/folders?path=not/whole")).status == 400
        assert (await page.get(f"/api/folders?path={tmp_path / 'nowhere'}")).status == 400
        assert (await page.get("/api/folders?path=/a%00b")).status == 400
        assert (await page.get("/api/folders")).status == 200


async def test_an_entry_that_cannot_be_looked_at_costs_that_entry_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in a circle is one on Linux; a stand-in says as Windows does of a locked or an unformatted disk."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    own = os.scandir

    @contextmanager
    def scandir(folder: Path) -> Iterator[list[object]]:
        with own(folder) as entries:
            yield [Mock(is_dir=Mock(side_effect=OSError(22, "The volume is locked"))), *entries]

    monkeypatch.setattr(os, "scandir", scandir)
    async with page_in(tmp_path) as page:
        assert (await page.get(f"/api/folders?path={tmp_path / 'a'}")).json["folders"] == ["b"]


async def test_a_drive_that_cannot_be_opened_is_listed_and_refused_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drives are listed as Windows counts them, without a look at any: a stand-in for its calls."""
    monkeypatch.setattr(drives, "_drive_letters", lambda: 0b1_0100)
    async with page_in(tmp_path) as page:
        told = (await page.get("/api/folders")).json
        assert told == {"path": "", "parent": None, "folders": ["C:\\", "E:\\"], "files": []}
        assert (await page.get(f"/api/folders?path={tmp_path.anchor}")).json["parent"] == ""


def test_what_is_exported_can_be_imported() -> None:
    """W103."""
    given = ManualAnswers(
        dbms="mssql", server="db\\so", database="CRM", prefix="CRM7", user="sa", windows_login=True,
        archives=(Path("/a"), Path("/b")), service=ServiceFolders(base=Path("/cs")), password=SecretStr("hunter2"),
    )  # fmt: skip
    online = OnlineForm(url="https://tenant.example", token_file="/secret")
    text = export_answers(form_of(given), online, None)
    assert "hunter2" not in text
    back = import_answers(text.encode())
    assert back["answers"] == {**form_of(given), "password_given": False}
    assert back["online"].model_dump() == online.model_dump()


def test_every_field_of_the_answers_is_one_of_the_form_the_file_and_the_journal() -> None:
    """A new field is one edit."""
    names = {field.name for field in dataclasses.fields(ManualAnswers)}
    assert set(form_of(ManualAnswers())) == {*names, "password_given"}
    assert set(json.loads(pinned.dump(ManualAnswers()))) == names
    assert answers_in(form_of(ManualAnswers()), ManualAnswers()) == ManualAnswers()
    assert pinned.load(pinned.dump(ManualAnswers(archives=(Path("a"),)))) == ManualAnswers(archives=(Path("a"),))


def test_what_is_not_given_anew_is_what_was_there() -> None:
    before = ManualAnswers(dsn="DRIVER=x;PWD=hunter2", password=SecretStr("hunter2"))
    assert answers_in(form_of(before), before) == before
    assert answers_in({**form_of(before), "password": "other", "dsn": "NAME"}, before) == ManualAnswers(
        dsn="NAME", password=SecretStr("other")
    )
    assert answers_in({}, before).password is None


def test_a_file_with_a_mistake_is_refused_with_its_place() -> None:
    for text, code, word in (
        ("[installation\n", "answers-syntax", "line 1"),
        ("[installation]\ncolour = 1\n", "answers-invalid", "colour"),
        ("installation = 1\n", "answers-invalid", "installation"),
        ("online = 1\n", "answers-invalid", "online"),
    ):
        with pytest.raises(Exception, match=word) as caught:
            import_answers(text.encode())
        assert getattr(caught.value, "code", "") == code


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
async def test_a_file_is_read_in_whatever_encoding_an_editor_saved_it(tmp_path: Path, encoding: str) -> None:
    async with page_in(tmp_path) as page:
        text = "[installation]\nuser = 'håkon'\n"
        told = await page.post("/api/installation/import", file_body(text.encode(encoding)))
        assert told.json["answers"]["user"] == "håkon"


async def test_the_file_does_what_was_decided_on_the_page(tmp_path: Path) -> None:
    """One begins on the page and goes on with the command line; no secret is written."""
    async with page_in(tmp_path) as page:
        await page.site.to_checklist()
        told = (await page.get("/api/installation")).json
        form = {**told["answers"], "password": "hunter2"}
        text = (await page.post("/api/installation/export", {"answers": form, "online": told["online"]})).json["text"]
        decisions = page.site.controller.holder.now.decisions
    assert "hunter2" not in text
    file = tmp_path / "answers.toml"
    file.write_text(text, encoding="utf-8")
    answers = load_answers(file)
    assert answers.accept_agreement
    assert answers.kind is decisions.kind
    assert answers.contact == decisions.contact
    assert {login: plan for login, plan in answers.plans.assign.items() if plan} == decisions.plans
    assert answers.usernames.assign == decisions.user_names
    assert answers.login.user == "HH"
    assert tomllib.loads(text)["installation"]["password"] == {"env": "OMT_DATABASE_PASSWORD"}
    assert answers.installation.root == Path(os.fspath(tmp_path / "site" / "machine"))


@pytest.mark.parametrize("kind", list(MigrationKind))
async def test_the_file_says_of_a_waiver_whether_it_was_given_for_the_live_migration(
    tmp_path: Path, kind: MigrationKind
) -> None:
    """A workspace that is made anew cannot know that, and would take what was waived for one of the test."""
    async with page_in(tmp_path) as page:
        await page.site.to_checklist(kind)
        waiver = {"code": "template-folder-missing", "waived": True, "reason": "There are none."}
        await page.post("/api/checks/waive", waiver)
        told = (await page.get("/api/installation")).json
        form = {"answers": told["answers"], "online": told["online"]}
        text = (await page.post("/api/installation/export", form)).json["text"]
    file = tmp_path / "answers.toml"
    file.write_text(text, encoding="utf-8")
    (given,) = load_answers(file).waivers
    assert (given.reason, given.kind, given.confirmed) == ("There are none.", kind, kind is MigrationKind.LIVE)
