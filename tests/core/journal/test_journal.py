"""The journal keeps what it was told, through closing and opening."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api import FindingCode, Sentence, Severity, joined, quantity, sentence
from omt_core.api.decisions import Contact, Decisions, MigrationKind, MigrationMode
from omt_core.api.errors import InputError, OmtError
from omt_core.api.items import Expected, InventoryState, Item, ItemState, SettledItem, TablePart
from omt_core.api.journal import BundleMember, Outcome, UploadRecord
from omt_core.api.online import ManifestEntry
from omt_core.api.stages import KnownFile, UploadStage
from omt_core.journal import Journal, copy_journal, runs

pytestmark = pytest.mark.anyio

DIGEST = "ab" * 32
OTHER = "cd" * 32
ENTRY = ManifestEntry(stage="documents", key="2", name="HH/2", size=5, digest=OTHER)


def run_of(path: Path, *, baseline: bool = False) -> AbstractAsyncContextManager[Journal]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Journal]:
        async with Journal.open(path) as journal:
            await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=baseline, plugins={"upload": "1"})
            yield journal

    return opened()


def document(key: str, *, size: int = 5, mtime_ns: int = 1, presence: InventoryState = InventoryState.FOUND) -> Item:
    path = Path("archive") / key if presence is InventoryState.FOUND else None
    reason = "" if presence is InventoryState.FOUND else "document-file-missing"
    return Item(
        stage="documents", key=key, name=f"HH/{key}", path=path, size=size, mtime_ns=mtime_ns, presence=presence,
        reason=reason,
    )  # fmt: skip


def confirmed(key: str, digest: str = DIGEST, *, sent: bool = True) -> Outcome:
    return Outcome(id=("documents", key), state=ItemState.CONFIRMED, digest=digest, sent=sent)


async def test_what_a_manifest_says_of_items_is_what_their_records_say(tmp_path: Path) -> None:
    part = TablePart(table="T", number=1, rows=2, fingerprint="0f" * 16, last=True, omitted_columns=("C",))
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory(
            [replace(document("2"), part=part), document("3", presence=InventoryState.MISSING), document("\udcff")]
        )
        await journal.items.record_outcomes([confirmed("2")])
        records = [record async for batch in journal.items.records(stage="documents") for record in batch]
        settled = [item async for batch in journal.items.settled("documents") for item in batch]
    assert settled == [
        SettledItem(one.stage, one.key, one.name, one.size, one.state, one.reason, one.digest, one.part)
        for one in records
    ]
    assert [(item.key, item.part) for item in settled] == [("2", part), ("3", None), ("\udcff", None)]


async def test_a_confirmed_item_with_the_same_size_and_time_is_skipped_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2")])
        await journal.items.record_outcomes([confirmed("1"), confirmed("2")])
        totals = (await journal.items.totals())["documents"]
        assert (totals.sent_items, totals.skipped_items) == (2, 0)
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2", mtime_ns=9)])
        assert [record.key for record in await journal.items.pending(stage="documents", limit=9)] == ["2"]
        totals = (await journal.items.totals())["documents"]
        assert (totals.sent_items, totals.skipped_items, totals.skipped_bytes) == (0, 1, 5)


async def test_a_touched_file_with_the_same_content_counts_as_skipped(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1")])
        await journal.items.record_outcomes([confirmed("1")])
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1", mtime_ns=2)])
        await journal.items.record_outcomes([confirmed("1", sent=False)])
        totals = (await journal.items.totals())["documents"]
        assert (totals.sent_items, totals.skipped_items) == (0, 1)


async def test_what_is_verified_online_stays_confirmed_when_its_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2", presence=InventoryState.MISSING)])
        await journal.items.record_outcomes([confirmed("1")])
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1", presence=InventoryState.MISSING), document("2")])
        assert await journal.items.finish_inventory("documents") == []
        states = {r.key: r.state for batch in [b async for b in journal.items.records()] for r in batch}
        assert states == {"1": ItemState.CONFIRMED, "2": ItemState.PENDING}


async def test_a_recovery_notes_nothing_that_the_migrated_snapshot_did_not_have(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2")])
        await journal.items.record_outcomes([confirmed("1"), confirmed("2")])
    async with run_of(path, baseline=True) as journal:
        unknown = await journal.items.record_inventory([document("1"), document("3")], baseline_only=True)
        assert [item.key for item in unknown] == ["3"]
        assert [record.key for record in await journal.items.finish_inventory("documents")] == ["2"]
        assert (await journal.items.totals())["documents"].items == 2


async def test_a_full_run_forgets_what_is_no_longer_in_the_database(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2")])
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1")])
        assert [record.key for record in await journal.items.finish_inventory("documents")] == ["2"]
        assert (await journal.items.totals())["documents"].items == 1


async def test_an_unfinished_upload_is_there_after_a_restart_with_its_members_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    upload = UploadRecord(
        url="https://tenant/uploads/1", kind="bundle", digest=OTHER, size=10, offset=0,
        members=(
            BundleMember(stage="documents", key="2", digest=DIGEST, size=5),
            BundleMember(stage="documents", key="1", digest=OTHER, size=5),
        ),
    )  # fmt: skip
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2")])
        await journal.uploads.create(upload)
        await journal.uploads.advance(upload.url, 4)
    async with run_of(path) as journal:
        (found,) = await journal.uploads.unfinished()
        assert (found.offset, found.members) == (4, upload.members)
        await journal.uploads.finish(upload.url, [confirmed("1"), confirmed("2")])
        assert await journal.uploads.unfinished() == []


async def test_the_bytes_of_bodies_are_counted_with_what_they_brought_about(tmp_path: Path) -> None:
    upload = UploadRecord(url="https://tenant/uploads/1", kind="bundle", digest=OTHER, size=10, offset=1, members=())
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([document("1"), document("2")])
        await journal.uploads.create(upload, sent=1)
        await journal.uploads.advance(upload.url, 4, sent=3)
        await journal.uploads.finish(upload.url, [confirmed("1")], sent=6)
        await journal.items.record_outcomes([confirmed("2")], sent=100)
        with pytest.raises(OmtError):
            await journal.items.record_outcomes([confirmed("nobody")], sent=1_000)
        (run,) = await journal.runs.all()
    assert run.sent_bytes == 110


async def test_nothing_of_a_batch_is_kept_when_one_outcome_is_impossible(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([document("1")])
        with pytest.raises(OmtError) as caught:
            await journal.items.record_outcomes([confirmed("1"), confirmed("nobody")])
        assert caught.value.code == "journal-move-not-allowed"
        assert (await journal.items.totals())["documents"].confirmed_items == 0


async def test_names_that_are_not_text_and_parts_of_tables_come_back_as_they_were(tmp_path: Path) -> None:
    part = TablePart(table="person", number=1, rows=2, fingerprint="0" * 32, last=True, omitted_columns=("secret",))
    odd = Item(stage="database", key="\udcff😀", name="\udc80", path=Path("a\udcff"), part=part, candidates=("x",))
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([odd])
        (record,) = await journal.items.pending(stage="database", limit=1)
        assert (record.key, record.name, record.path, record.part) == (odd.key, odd.name, odd.path, part)


async def test_what_is_said_of_one_item_can_be_said_in_another_language_from_the_journal(tmp_path: Path) -> None:
    reason = sentence("contains a colon")
    hostile = sentence("Its file name '{name}' {reason}.", name="a:\udc80", reason=reason)
    missing = replace(document("1", presence=InventoryState.MISSING), detail=hostile)
    plain = Outcome(id=("documents", "2"), state=ItemState.FAILED, detail="Permission \udcff denied")
    changed = replace(plain, id=("documents", "3"), detail=sentence("It changed, {tries} times.", tries=3))
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([missing, document("2"), document("3")])
        await journal.items.record_outcomes([plain, changed])
        one, two, three = [record.detail async for batch in journal.items.records() for record in batch]
    assert (one, two, three) == (hostile, plain.detail, changed.detail)
    assert isinstance(one, Sentence)
    assert isinstance(one.parameters["reason"], Sentence)
    assert (type(two), isinstance(three, Sentence) and three.parameters) == (str, {"tries": 3})


async def test_what_an_earlier_version_said_of_an_item_stays_until_it_is_said_anew(tmp_path: Path) -> None:
    """And the import stays as it is: words change nothing that is online."""
    missing = replace(document("2", presence=InventoryState.MISSING), detail=sentence("Expected as {path}.", path="x"))
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([replace(missing, detail="Expected as x.")])
        await note_documents(journal)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        _as_version_8(connection)
        connection.execute("PRAGMA user_version = 7")
    async with run_of(tmp_path / "journal.sqlite", baseline=True) as journal:
        (before,) = await journal.items.page(ItemState.MISSING, after=None, limit=9)
        await journal.items.record_inventory([missing])
        (after,) = await journal.items.page(ItemState.MISSING, after=None, limit=9)
        assert (before.detail, type(before.detail), type(after.detail)) == ("Expected as x.", str, Sentence)
        assert await imported(journal)


async def test_a_run_that_ends_ends_its_phase_and_one_that_is_killed_does_not(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin_phase("upload")
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin_phase("upload")
        await journal.runs.finish(4, (), error="tenant-gone: It is gone.")
        killed, ended = await journal.runs.all()
    assert (killed.phases[0].finished, killed.exit_code, killed.error) == (None, None, "")
    assert (ended.phases[0].finished, ended.exit_code) == (ended.finished, 4)
    assert ended.error == "tenant-gone: It is gone."


async def test_how_long_a_run_lasted_is_true_though_the_clock_was_set_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter(["2026-10-25T00:59:00+00:00", "2026-10-25T00:59:00+00:00", *["2026-10-24T23:59:00+00:00"] * 2])
    monkeypatch.setattr(runs, "_now", lambda: next(told))
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin_phase("upload")
        await journal.runs.finish_phase()
        await journal.runs.finish(0, ())
        (run,) = await journal.runs.all()
    assert run.finished is not None
    assert run.finished < run.started
    assert run.seconds is not None
    assert run.phases[0].seconds is not None
    assert 0 < run.phases[0].seconds < run.seconds < 3_000


async def test_a_run_of_an_earlier_version_lasted_as_long_as_the_clock_said(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin_phase("upload")
        await journal.runs.finish(0, ())
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection, connection:
        for table in ("runs", "phases"):
            connection.execute(f"UPDATE {table} SET steady = NULL, seconds = NULL")
        connection.execute(
            "UPDATE runs SET started = '2026-11-30T22:00:00+00:00', finished = '2026-11-30T22:07:00+00:00'"
        )
        connection.execute(
            "UPDATE phases SET started = '2026-11-30T22:00:00+00:00', finished = '2026-11-30T21:00:00+00:00'"
        )
    async with run_of(tmp_path / "journal.sqlite") as journal:
        run, _ = await journal.runs.all()
    assert (run.seconds, run.phases[0].seconds, run.phases[0].steady) == (420.0, 0.0, None)


async def test_what_was_said_can_be_said_in_another_language_from_the_journal(tmp_path: Path) -> None:
    code = FindingCode(code="odd", severity=Severity.INFO, plugin="p", meaning="Odd.", remedy="Mend it.")
    said = sentence("{count} in {place}: {name}.", count=quantity(2, "file"), place="{count}", name="a\udc80")
    plain = code.finding("Plain {count}.")
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.finish(
            4, (code.finding(said), plain), error=joined(["gone", sentence("{who} is.", who="x")])
        )
        first, second = await journal.runs.last_findings()
        (run,) = await journal.runs.all()
    assert isinstance(first.message, Sentence)
    assert (first.message, first.message.template) == (r"2 files in {count}: a\udc80.", said.template)
    assert isinstance(first.message.parameters["count"], Sentence)
    assert first.message.parameters["count"].parameters == {"number": 2}
    assert second == plain
    assert not isinstance(second.message, Sentence)
    assert (run.error, isinstance(run.error, Sentence)) == ("gone, x is.", True)


async def test_findings_of_an_earlier_version_are_said_as_they_stand(tmp_path: Path) -> None:
    line = {"code": "odd", "severity": "info", "plugin": "p", "subjects": [], "message": "{a} is.", "remedy": "Mend."}
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.runs.finish(0, (), error="gone: It is gone.")
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection:
        connection.execute("UPDATE runs SET findings = ?", (json.dumps([line]),))
        connection.commit()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        (finding,) = await journal.runs.last_findings()
    assert (finding.message, type(finding.message)) == ("{a} is.", str)


async def test_decisions_runs_and_notes_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    decisions = Decisions(
        kind=MigrationKind.TEST, contact=Contact(email="a@b.no", phone="1"), plans={"HH": "ten-sales"}
    )
    async with run_of(path) as journal:
        await journal.notes.save_decisions(decisions)
        await journal.notes.pin("serial", "42")
        await journal.notes.of("transfer").remember("manifest", DIGEST)
        await journal.runs.begin_phase("upload")
        await journal.runs.finish_phase()
        await journal.items.record_outcomes((), sent=7)
        await journal.runs.finish(0, ())
    async with Journal.open(path) as journal:
        assert await journal.notes.decisions() == decisions
        assert await journal.notes.pins() == {"serial": "42", "decisions": (await journal.notes.pins())["decisions"]}
        assert await journal.notes.of("transfer").recall("manifest") == DIGEST
        (summary,) = await journal.runs.all()
        assert (summary.exit_code, summary.sent_bytes, summary.phases[0].phase) == (0, 7, "upload")


async def test_a_journal_of_a_newer_tool_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError) as caught:
        async with Journal.open(path):
            pass
    assert caught.value.code == "journal-too-new"


async def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(InputError) as caught:
        async with Journal.open(path):
            pass
    assert caught.value.code == "journal-unreadable"
    assert path.read_bytes().startswith(b"not a database")
    with pytest.raises(InputError) as copied:
        copy_journal(path, tmp_path / "copy.sqlite")
    assert copied.value.code == "journal-unreadable"


async def test_a_journal_whose_pages_are_damaged_is_told_when_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.notes.pin("name", "value" * 1000)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(InputError) as caught:
        async with Journal.open(path) as journal:
            await journal.notes.pins()
    assert caught.value.code == "journal-unreadable"


def _as_version_8(connection: sqlite3.Connection) -> None:
    """Take away what later versions added, but for what changes nothing that is there already."""
    connection.execute("DROP TABLE imported_folders")
    for column in ("run", "totals", "numbers"):
        connection.execute(f"ALTER TABLE imported DROP COLUMN {column}")
    for table in ("runs", "phases"):
        for column in ("steady", "seconds"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


async def imported(journal: Journal) -> bool:
    return await journal.items.is_imported("documents")


async def note_documents(journal: Journal) -> None:
    """What an upload does for each of its rows, and an import in the end."""
    stage = UploadStage(name="documents", title="Documents", order=1, plugin="archive", items=_nothing)
    await journal.items.record_stages([stage])
    await journal.items.mark_imported()


async def _nothing() -> AsyncIterator[Sequence[Item]]:
    return
    yield ()


async def test_a_stage_is_as_it_was_imported_until_something_of_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), document("2", presence=InventoryState.MISSING)])
        await journal.items.record_outcomes([confirmed("1")])
        assert not await imported(journal)
        await note_documents(journal)
    async with run_of(path, baseline=True) as journal:
        # The same again, and a confirmed file that is gone from the disk: online nothing is different.
        await journal.items.record_inventory(
            [document("1", presence=InventoryState.MISSING), document("2", presence=InventoryState.MISSING)]
        )
        assert await journal.items.finish_inventory("documents") == []
        assert await imported(journal)
        await journal.items.record_inventory([document("2")])
        assert not await imported(journal)


async def test_what_stays_behind_is_counted_by_its_reason(tmp_path: Path) -> None:
    lacking = [
        replace(document(key, presence=InventoryState.MISSING), reason=reason)
        for key, reason in (("1", "gone"), ("2", "gone"), ("3", "elsewhere"))
    ]
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([*lacking, document("4")])
        assert await journal.items.reasons(ItemState.MISSING) == {"elsewhere": 1, "gone": 2}
        assert await journal.items.reasons(ItemState.FAILED) == {}


async def test_what_becomes_known_of_a_missing_file_leaves_its_stage_as_it_was_imported(tmp_path: Path) -> None:
    """As in the journal of 0.5.0, which did not know where a file should be."""
    missing = document("2", presence=InventoryState.MISSING)
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([missing])
        await note_documents(journal)
    where = Expected(path="C:\\SO_ARC\\HH\\2022.1\\2", size=3, date="2022-03-01")
    async with run_of(tmp_path / "journal.sqlite", baseline=True) as journal:
        await journal.items.record_inventory([replace(missing, expected=where)])
        (known,) = await journal.items.page(ItemState.MISSING, after=None, limit=9)
        assert (known.expected, await imported(journal)) == (where, True)


@pytest.mark.parametrize("change", ["outcome", "reset", "manifest", "gone"])
async def test_whatever_changes_a_stage_ends_its_being_as_imported(tmp_path: Path, change: str) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1")])
        await journal.items.record_outcomes([confirmed("1")])
        await note_documents(journal)
        match change:
            case "outcome":
                await journal.items.record_outcomes([Outcome(id=("documents", "1"), state=ItemState.PENDING)])
            case "reset":
                await journal.items.reset_stage("documents")
            case "manifest":
                await journal.items.import_manifest([ENTRY])
    if change == "gone":
        async with run_of(path) as journal:
            assert [record.key for record in await journal.items.finish_inventory("documents")] == ["1"]
    async with Journal.open(path) as journal:
        assert not await imported(journal)


async def test_the_baseline_lends_confirmed_files_by_path_and_returns_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path) as journal:
        await journal.items.record_inventory(
            [document("b"), document("a"), document("c"), document("x", presence=InventoryState.MISSING)]
        )
        await journal.items.record_outcomes([confirmed("a"), confirmed("b")])
        baseline = journal.items.baseline("documents")
        with baseline.confirmed() as files:
            assert list(files) == [
                KnownFile(str(Path("archive/a")), 5, 1, "a"),
                KnownFile(str(Path("archive/b")), 5, 1, "b"),
            ]
        assert [record.key for record in baseline.left(9)] == ["c", "x"]
        assert [record.key for record in baseline.left(1)] == ["c"]


async def test_keys_that_are_said_to_be_gone_are_returned_as_records_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    async with run_of(path, baseline=True) as journal:
        await journal.items.record_inventory(
            [document("1", presence=InventoryState.ORPHAN), document("2", presence=InventoryState.ORPHAN)]
        )
        gone = await journal.items.finish_inventory("documents", gone=["2", "never heard of"])
        assert [record.key for record in gone] == ["2"]
        assert (await journal.items.totals(stage="documents"))["documents"].items == 2


@pytest.mark.parametrize("told", ["all", "differences"])
async def test_a_recovery_forgets_files_of_nobody_that_are_gone(tmp_path: Path, told: str) -> None:
    path = tmp_path / "journal.sqlite"
    files = [replace(document(key, presence=InventoryState.ORPHAN), path=Path(key)) for key in "ab"]
    async with run_of(path) as journal:
        await journal.items.record_inventory([document("1"), *files])
        await journal.items.record_outcomes([confirmed("1")])
        await note_documents(journal)
    async with run_of(path, baseline=True) as journal:
        await journal.items.record_inventory([document("1"), files[0]])
        gone = await journal.items.finish_inventory("documents", gone=["b"] if told == "differences" else None)
        assert list(gone) == []
        left = [record.key async for batch in journal.items.records() for record in batch]
        assert left == ["1", "a"]
        assert not await imported(journal)


async def test_a_stage_that_tells_of_a_key_twice_is_known_by_what_it_told_last(tmp_path: Path) -> None:
    async with run_of(tmp_path / "journal.sqlite") as journal:
        await journal.items.record_inventory([document("1", size=3), document("1", size=4)])
        assert [record.size for record in await journal.items.pending(stage="documents", limit=9)] == [4]
