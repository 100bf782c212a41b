"""A support bundle helps, and gives nobody away: data is planted wherever people write, and every member is read."""

from __future__ import annotations

import io
import json
import logging
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import ValidationError

from omt_core.api.decisions import Contact, Decisions, MigrationMode, Notifications, Waiver
from omt_core.api.errors import InputError, OmtError
from omt_core.api.findings import Finding, Severity
from omt_core.api.installation import ManualAnswers, ServiceFolders
from omt_core.api.items import InventoryState, Item, TablePart
from omt_core.api.redaction import SECRETS, Redaction
from omt_core.api.users import User
from omt_core.app import compose
from omt_core.engine import facts
from omt_core.engine.support.bundle import ABOUT, SupportBundle, SupportRequest, gather
from omt_core.journal import Journal
from omt_core.logs import LogFile, RedactingFormatter
from omt_core.plugin_host import find_plugins

pytestmark = pytest.mark.anyio

SECRET = "s3cret-t0ken-planted"
PLANTED = (
    SECRET,
    "Zoe",
    "Quillfeather",
    "ZQX",
    "zoe.q@quill.example",
    "+47 99 88 77 66",
    "Quill Maritime AS",
    "SERIAL-77123",
    "ZQX/2019.1/Letter to Quill.docx",
    "Letter to Quill",
    "quilldb.internal",
    "QuillCRM",
    "quill_reader",
    "quill_archive",
    "tenant.quill.example",
    "because Quill said so",
)
RELATIVE = (
    "Lindqvist Shipping AS/2019/Offer to Lindqvist.docx",
    "lindqvist/night",
    "..\\Lindqvist\\Contract.pdf",
    "customers/Lindqvist & Sons/answers.toml",
    "lindqvist.toml",
    "plans-lindqvist.csv",
)
"""Paths that neither a journal nor answers know of: what was typed on the command line, or lies beside an archive."""


@pytest.fixture(autouse=True)
def _no_logs_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log of this process that names everything, as a plugin that does not know better would."""
    path = tmp_path / "omt.log"
    root = logging.getLogger("omt")
    handler, level = LogFile(path), root.level
    handler.setFormatter(RedactingFormatter("%(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel("INFO")
    SECRETS.add(SECRET)
    for text in PLANTED:
        root.error("failed: code-of-an-error at %s, and {%s}", text, json.dumps(text))
    root.error("no file C:\\quill_archive\\ZQX\\Letter to Quill.docx: denied")
    for text in RELATIVE:
        root.error("no file %s: denied", text)
        root.error("The file %s cannot be read, and %r and {%s}", text, text, json.dumps(text))
    yield path
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


async def workspace_in(folder: Path) -> Path:
    """A migration whose journal names people, files and places."""
    await anyio.Path(folder).mkdir()
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={"upload": "1"})
        await journal.notes.pin(facts.OWNER, "Quill Maritime AS")
        await journal.notes.pin(facts.SERIAL, "SERIAL-77123")
        await journal.notes.pin(
            facts.ANSWERS, json.dumps({"server": "quilldb.internal", "archives": ["quill_archive"]})
        )
        await journal.notes.save_decisions(
            Decisions(
                contact=Contact(email="zoe.q@quill.example", phone="+47 99 88 77 66"),
                plans={"ZQX": "Sales"},
                user_names={"ZQX": "zoe.q@quill.example"},
                notifications=Notifications(summary="zoe.q@quill.example"),
                waivers=(Waiver(names="user-on-travel", reason="because Quill said so"),),
            )
        )
        await journal.items.record_inventory(
            [
                Item(stage="documents", key="1", name="ZQX/2019.1/Letter to Quill.docx", path=None, size=0, mtime_ns=0,
                     presence=InventoryState.MISSING, reason="document-file-missing")
            ]
        )  # fmt: skip
        finding = Finding(
            code="user-on-travel", severity=Severity.ERROR, plugin="checks", subjects=("ZQX", "Zoe Quillfeather"),
            message="Zoe Quillfeather is on Travel.", remedy="Tell zoe.q@quill.example.",
        )  # fmt: skip
        await journal.runs.finish(3, (finding,), error="database-away: quilldb.internal cannot be reached.")
    return folder


def request(workspace: Path | None) -> SupportRequest:
    """A request in which every answer is of one person or one installation."""
    user = User(id=1, login="ZQX", full_name="Zoe Quillfeather", person_id=1, company="Quill Maritime AS",
                emails=("zoe.q@quill.example",), phones=("+47 99 88 77 66",))  # fmt: skip
    return SupportRequest(
        settings=compose().settings,
        workspace=workspace,
        manual=ManualAnswers(
            server="quilldb.internal", database="QuillCRM", user="quill_reader", prefix="quill_reader",
            root=Path("/srv/quill_archive"), archives=(Path("quill_archive"),), templates=Path("quill_archive/T"),
            service=ServiceFolders(base=Path("quill_archive/S"), texts=Path("quill_archive/X")),
        ),
        answers={
            "login": {"user": "ZQX"},
            "contact": {"email": "zoe.q@quill.example", "phone": "+47 99 88 77 66"},
            "online": {"url": "https://tenant.quill.example:8443/x", "token_file": f"/srv/{SECRET}"},
            "plans": {"assign": {"ZQX": "Sales"}},
            "usernames": {"assign": {"ZQX": "zoe.q@quill.example"}},
        },
        users=(user,),
    )  # fmt: skip


def read(bundle: SupportBundle) -> dict[str, str]:
    """Every member as it stands in the file."""
    with zipfile.ZipFile(io.BytesIO(bundle.packed())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


async def test_nothing_that_was_planted_is_in_any_member(tmp_path: Path, log: Path) -> None:
    workspace = await workspace_in(tmp_path / "work")
    members = read(await gather(compose().engine, request(workspace)))
    assert {name.partition("/")[0] for name in members} == set(ABOUT)
    assert "omt.log" in {name.partition("/")[2] for name in members}
    for name, text in members.items():
        found = [planted for planted in (*PLANTED, "Lindqvist") if planted.lower() in text.lower()]
        assert found == [], f"{name}: {text}"
    assert "Quillfeather" in await anyio.Path(log).read_text(encoding="utf-8"), "the log itself is left as it is"


LOWER = ("kuendigung-anna-hansen.pdf", "kuendigung-anna-hansen", "hansen.pdf", "hansen", "anna.hansen", "hh2")


async def lower_workspace(folder: Path) -> Path:
    """A migration that names people and documents in small letters, as codes and tables are written."""
    await anyio.Path(folder).mkdir()
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        names = ("kuendigung-anna-hansen.pdf", "hansen.pdf", "2019.pdf", "journal.json", "error.txt", "omt.log")
        documents = [
            Item(stage="documents", key=name, name=name, path=None, size=0, mtime_ns=0) for name in names
        ]  # fmt: skip
        table = TablePart(table="contact", number=1, rows=0, fingerprint="0" * 32, last=True)
        part = Item(stage="database", key="1", name="contact/1", path=None, size=0, mtime_ns=0, part=table)
        await journal.items.record_inventory(documents)
        await journal.items.record_inventory([part])
        finding = Finding(
            code="user-on-travel", severity=Severity.ERROR, plugin="checks", message="x.", remedy="",
            subjects=("anna.hansen", "contact", "hh2", "user-on-travel"),
        )  # fmt: skip
        await journal.runs.finish(3, (finding,), error="")
    words = (*LOWER, "user-on-travel", "contact", "2019", "error")
    lines = "\n".join(f"INFO about {word}, it is" for word in words)
    await anyio.Path(folder / "migration.log").write_text(lines, encoding="utf-8")
    return folder


@pytest.mark.parametrize("planted", LOWER)
async def test_names_in_small_letters_are_taken_out_as_well(tmp_path: Path, planted: str) -> None:
    asked = SupportRequest(settings=compose().settings, workspace=await lower_workspace(tmp_path / "work"))
    for name, text in read(await gather(compose().engine, asked)).items():
        assert planted not in text, name


async def test_words_of_the_tool_and_tables_stay_whoever_is_called_so(tmp_path: Path) -> None:
    asked = SupportRequest(settings=compose().settings, workspace=await lower_workspace(tmp_path / "work"))
    log = read(await gather(compose().engine, asked))["log/migration.log"]
    for word in ("user-on-travel", "contact", "2019", "error"):
        assert f"INFO about {word}, it is" in log


async def test_what_helps_is_there(tmp_path: Path, log: Path) -> None:
    workspace = await workspace_in(tmp_path / "work")
    members = read(await gather(compose().engine, request(workspace)))
    journal = json.loads(members["journal.json"])
    assert [run["error"] for run in journal["runs"]] == ["database-away"]
    assert journal["items"] == [
        {"stage": "documents", "state": "missing", "reason": "document-file-missing", "count": 1, "bytes": 0}
    ]
    assert {table["name"]: table["rows"] for table in journal["tables"]}["items"] == 1
    assert json.loads(members["findings.json"]) == [
        {"code": "user-on-travel", "severity": "error", "plugin": "checks", "findings": 1, "subjects": 2, "run": 1}
    ]
    shown = {(one["section"], one["key"]): one["value"] for one in json.loads(members["settings.json"])}
    assert shown["core", "hook_timeout"] == 300.0
    assert "code-of-an-error" in members["log/omt.log"]
    assert {one["name"] for one in json.loads(members["machine.json"])} >= {"disk", "python", "plugins"}
    assert {one["name"] for one in json.loads(members["versions.json"])["plugins"]} >= {"archive", "online"}


async def test_a_run_that_was_refused_early_leaves_the_findings_of_the_run_before_it(tmp_path: Path) -> None:
    workspace = await workspace_in(tmp_path / "work")
    async with Journal.open(workspace / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        await journal.runs.finish(2, (), error="recovery-choice-needed: Choose.")
    members = read(await gather(compose().engine, request(workspace)))
    assert [(one["code"], one["run"]) for one in json.loads(members["findings.json"])] == [("user-on-travel", 1)]


def texts_of_settings() -> dict[str, dict[str, str]]:
    """For each plugin, a planted text in every setting that takes one."""
    planted: dict[str, dict[str, str]] = {}
    for candidate in find_plugins(extra=(), disabled=()):
        assert candidate.plugin_class is not None
        model = candidate.plugin_class.settings_model
        for number, key in enumerate(model.model_fields):
            for text in (f"quill{number}-planted-{SECRET}", f"https://quill{number}.planted.example/{SECRET}"):
                values = {**planted.get(candidate.name, {}), key: text}
                with suppress(ValidationError):
                    model.model_validate(values)
                    planted[candidate.name] = values
                    break
    return planted


async def test_no_text_of_any_setting_is_in_it(tmp_path: Path) -> None:
    planted = texts_of_settings()
    assert sum(map(len, planted.values())) > 5
    lines: list[str] = [json.dumps(values) for values in planted.values()]
    (tmp_path / "run.log").write_text("\n".join(lines), encoding="utf-8")
    app = compose(options={name: dict(values) for name, values in planted.items()})
    bundle = await gather(app.engine, SupportRequest(settings=app.settings, workspace=tmp_path))
    for name, text in read(bundle).items():
        assert "quill" not in text, name
        assert SECRET not in text, name


@pytest.mark.parametrize("planted", ["ZQX", "Zoe Quillfeather", "zoe.q@quill.example", SECRET, "Letter to Quill.docx"])
async def test_a_bundle_in_which_anything_is_left_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    workspace = await workspace_in(tmp_path / "work")
    (workspace / "run.log").write_text(f"about {planted} it is", encoding="utf-8")
    SECRETS.add(SECRET)

    def hide_nothing(self: Redaction, text: str) -> str:
        return text

    monkeypatch.setattr(Redaction, "hide", hide_nothing)
    with pytest.raises(OmtError) as refused:
        await gather(compose().engine, request(workspace))
    assert refused.value.code == "support-not-clean"
    assert "log/migration-run.log" in refused.value.message
    assert planted not in refused.value.message


async def test_without_a_migration_there_is_a_bundle_of_the_machine(tmp_path: Path) -> None:
    members = read(await gather(compose().engine, SupportRequest(settings=compose().settings, workspace=tmp_path)))
    assert {"versions.json", "settings.json", "machine.json"} <= members.keys()
    assert "journal.json" not in members


async def test_with_a_damaged_journal_there_is_a_bundle_without_what_nobody_can_hide_then(
    tmp_path: Path, log: Path
) -> None:
    workspace = await workspace_in(tmp_path / "work")
    await anyio.Path(workspace / "journal.sqlite").write_bytes(b"no database " * 400)
    members = read(await gather(compose().engine, request(workspace)))
    assert json.loads(members["journal.json"]) == {"error": "journal-unreadable"}
    assert not [name for name in members if name.startswith("log/")]


async def test_a_file_that_cannot_be_written_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        SupportBundle(()).write(tmp_path / "nowhere" / "x.zip")
    assert refused.value.code == "support-not-writable"
    assert str(tmp_path / "nowhere" / "x.zip") in refused.value.message


async def test_the_end_of_a_long_log_is_taken_from_a_whole_line_on(tmp_path: Path) -> None:
    line = "INFO a line of the log\n"
    (tmp_path / "run.log").write_text(line * 120_000 + "INFO the last one\n", encoding="utf-8")
    text = read(await gather(compose().engine, SupportRequest(settings=compose().settings, workspace=tmp_path)))
    taken: Any = text["log/migration-run.log"]
    assert taken.startswith("INFO a line")
    assert taken.endswith("INFO the last one\n")
    assert len(taken) <= 2_000_000
