"""The journal against a model in dictionaries: any calls in any order, and a death of the process anywhere among them.

Only the public surface of the journal is used, so that its tables may be what they like. How to run it for longer:
`omt_core/testing/property/effort.py`.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import OmtError
from omt_core.api.items import Item, ItemRecord, ItemState
from omt_core.api.journal import ItemDigest, UploadRecord
from omt_core.api.online import ManifestEntry
from omt_core.api.stages import UploadStage
from omt_core.journal import Journal, copy_journal, items
from omt_core.testing.property.effort import tries
from tests.property import journal_steps as steps
from tests.property.cut_short import Cut, copy_files
from tests.property.journal_model import OPEN, JournalModel

pytestmark = pytest.mark.timeout(900)  # what fails is made as short as can be, which takes longer than all tries

PAGE = 3
SHOWN = 4
NOTES = ("committed/documents", "migration")

has_items = precondition(lambda self: self.model.items)
has_uploads = precondition(lambda self: self.model.uploads)


class JournalMachine(RuleBasedStateMachine):
    """`journal` is open at `path`; `near` says after how many statements the process dies in the next change."""

    def __init__(self) -> None:
        super().__init__()
        self.model = JournalModel()
        self.cut = Cut()
        self.near: int | None = None
        self.numbers = count()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.path = self.folder / "journal.sqlite"
        # Small pages, so that few items are many pages.
        self.stack.enter_context(patch.object(items, "_PAGE", PAGE))
        self.stack.enter_context(patch.object(items, "_GONE_SHOWN", SHOWN))
        self.stack.enter_context(self.cut.watching())
        self.portal = self.stack.enter_context(start_blocking_portal())
        self.opened = ExitStack()
        self.open_and_begin()

    def teardown(self) -> None:
        self.opened.close()
        self.stack.close()

    def open(self) -> None:
        self.journal = self.opened.enter_context(self.portal.wrap_async_context_manager(Journal.open(self.path)))

    def open_and_begin(self) -> None:
        """Open the journal, look at it before anything else, and begin a run, as the tool does."""
        self.open()
        self.both_know_the_same()
        self.begin(baseline=self.model.baseline)

    def begin(self, *, baseline: bool) -> None:
        mode = MigrationMode.RECOVERY if baseline else MigrationMode.INITIAL
        self.change(
            lambda model: model.begin_run(baseline=baseline),
            self.journal.runs.begin,
            mode=mode,
            baseline=baseline,
            plugins={},
        )

    def ask(self, call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """Call the journal; the code of an error of the tool is an answer too."""

        async def asked() -> Any:
            try:
                answer = await call(*args, **kwargs)
                return list(answer) if isinstance(answer, tuple) else answer
            except OmtError as error:
                return error.code

        return self.portal.call(asked)

    def change(self, expected: Callable[[JournalModel], Any], call: Callable[..., Any], *args: Any, **kw: Any) -> None:
        """Change journal and model alike. A death meanwhile leaves all of the change or nothing of it."""
        before, after = self.model, copy.deepcopy(self.model)
        if self.near is not None:
            self.cut.prepare(self.near, self.path, self.folder / str(next(self.numbers)))
        answer = expected(after)
        assert self.ask(call, *args, **kw) == answer
        copied, self.near = self.cut.forget(), None
        if copied is None:
            self.model = after
            return
        self.opened.close()
        self.path = copied
        self.open()
        self.model = before if self.everything(self.journal) == everything_of(before) else after
        self.both_know_the_same()
        self.begin(baseline=self.model.baseline)

    def everything(self, journal: Journal) -> object:
        async def look() -> object:
            records = [record async for batch in journal.items.records() for record in batch]
            uploads = await journal.uploads.unfinished()
            notes = {name: await journal.notes.of("transfer").recall(name) for name in NOTES}
            sent = [run.sent_bytes for run in await journal.runs.all()]
            return records, dict(await journal.items.totals()), list(uploads), notes, sent

        return self.portal.call(look)

    # --- runs and deaths

    @rule(how=st.sampled_from(("begin", "close", "die")), baseline=st.booleans())
    def next_run(self, how: str, baseline: bool) -> None:
        if how == "begin":
            self.begin(baseline=baseline)
            return
        copied = self.path if how == "close" else copy_files(self.path, self.folder / str(next(self.numbers)))
        self.opened.close()
        self.path = copied
        self.open_and_begin()

    @rule(statements=st.integers(0, 12))
    def die_in_the_next_change(self, statements: int) -> None:
        self.near = statements

    # --- the inventory

    @rule(batch=steps.batches(), baseline_only=st.sampled_from((False, False, True)))
    def record_inventory(self, batch: list[Item], baseline_only: bool) -> None:
        self.change(
            lambda model: model.record_inventory(batch, baseline_only=baseline_only),
            self.journal.items.record_inventory,
            batch,
            baseline_only=baseline_only,
        )

    @has_items
    @rule(data=st.data())
    def record_again(self, data: st.DataObject) -> None:
        batch = steps.seen_again(data, self.model)
        self.change(
            lambda model: model.record_inventory(batch, baseline_only=False), self.journal.items.record_inventory, batch
        )

    @has_items
    @rule(stage=steps.stages, how=st.sampled_from(("done", "done", "done", "reset")))
    def end_of_inventory(self, stage: str, how: str) -> None:
        if how == "done":
            self.change(
                lambda model: model.finish_inventory(stage, shown=SHOWN), self.journal.items.finish_inventory, stage
            )
        else:
            self.change(lambda model: model.reset_stage(stage), self.journal.items.reset_stage, stage)

    @rule(
        stage=steps.stages,
        lines=st.dictionaries(steps.keys, st.tuples(steps.sizes, st.none() | steps.digests), max_size=4),
    )
    def import_manifest(self, stage: str, lines: Mapping[str, tuple[int, str | None]]) -> None:
        told = [
            ManifestEntry(
                stage=stage,
                key=key,
                name=f"name of {key}",
                size=size,
                digest=digest,
                reason="" if digest else "document-file-missing",
            )
            for key, (size, digest) in lines.items()
        ]
        self.change(lambda model: model.import_manifest(told), self.journal.items.import_manifest, told)

    # --- what becomes of items

    @has_items
    @rule(data=st.data())
    def record_digests(self, data: st.DataObject) -> None:
        read = [
            ItemDigest(
                id=one,
                digest=data.draw(steps.digests),
                size=data.draw(steps.sizes),
                mtime_ns=data.draw(steps.times),
            )
            for one in steps.known_ids(data, self.model)
            if self.model.items[one].state in OPEN
        ]
        self.change(lambda model: model.record_digests(read), self.journal.items.record_digests, read)

    @has_items
    @rule(data=st.data())
    def record_outcomes(self, data: st.DataObject) -> None:
        outcomes = steps.allowed_outcomes(data, self.model, steps.known_ids(data, self.model))
        self.change(lambda model: model.record_outcomes(outcomes), self.journal.items.record_outcomes, outcomes)

    @has_items
    @rule(data=st.data(), at_the_end=st.booleans(), finished=st.booleans())
    def record_what_is_not_allowed(self, data: st.DataObject, at_the_end: bool, finished: bool) -> None:
        ids = steps.known_ids(data, self.model)[1:]
        good, bad = steps.allowed_outcomes(data, self.model, ids), steps.forbidden_outcome(data, self.model, ids)
        outcomes = [*good, bad] if at_the_end else [bad, *good]

        if finished and self.model.uploads:
            url = data.draw(st.sampled_from(sorted(self.model.uploads)))
            self.change(lambda model: model.upload_finished(url, outcomes), self.journal.uploads.finish, url, outcomes)
        else:
            self.change(lambda model: model.record_outcomes(outcomes), self.journal.items.record_outcomes, outcomes)

    # --- uploads

    @has_items
    @rule(data=st.data(), kind=st.sampled_from(("file", "bundle")), digest=steps.digests)
    def upload_created(self, data: st.DataObject, kind: Any, digest: str) -> None:
        url = f"/uploads/{next(self.numbers)}"
        inside = steps.members(data, self.model)
        upload = UploadRecord(url=url, kind=kind, digest=digest, size=1 << 20, offset=512, members=inside)
        self.change(lambda model: model.upload_created(upload), self.journal.uploads.create, upload)

    @has_uploads
    @rule(data=st.data(), offset=st.none() | st.integers(0, 1 << 40))
    def upload_goes_on(self, data: st.DataObject, offset: int | None) -> None:
        url = data.draw(st.sampled_from(sorted(self.model.uploads)))
        if offset is not None:
            self.change(lambda model: model.upload_advanced(url, offset), self.journal.uploads.advance, url, offset)
            return
        inside = [(member.stage, member.key) for member in self.model.uploads[url].members]
        outcomes = steps.allowed_outcomes(data, self.model, [one for one in inside if one in self.model.items])
        self.change(lambda model: model.upload_finished(url, outcomes), self.journal.uploads.finish, url, outcomes)

    # --- the rest

    @rule(
        name=st.sampled_from(NOTES),
        value=steps.digests,
        stage=steps.stages,
        plugin=st.sampled_from(("upload", "partner")),
        size=st.integers(0, 1 << 40),
    )
    def note_this_and_that(self, name: str, value: str, stage: str, plugin: str, size: int) -> None:
        noted = UploadStage(name=stage, title=stage, order=1, plugin=plugin, items=_nothing)
        self.change(lambda model: model.count_sent(size), partial(self.journal.items.record_outcomes, (), sent=size))
        notes = self.journal.notes.of("transfer")
        self.change(lambda model: model.notes.update({name: value}), notes.remember, name, value)
        self.change(lambda model: model.plugins.update({stage: plugin}), self.journal.items.record_stages, [noted])

    @precondition(lambda self: not any(known.state in OPEN for known in self.model.items.values()))
    @rule()
    def mark_imported(self) -> None:
        self.change(lambda model: model.mark_imported(), self.journal.items.mark_imported)

    # --- questions

    @has_items
    @rule(
        stage=steps.stages,
        limit=st.integers(1, 4),
        after=st.just("") | steps.keys,
        states=st.lists(st.sampled_from(ItemState), unique=True),
    )
    def questions(self, stage: str, limit: int, after: str, states: Sequence[ItemState]) -> None:
        assert self.ask(self.journal.items.pending, stage=stage, limit=limit, after=after) == self.model.pending(
            stage, limit, after
        )
        assert self.ask(self.records, stage, states) == self.model.records(stage, states)
        assert self.all_pages(stage) == self.model.pending(stage, len(self.model.items), "")
        assert self.ask(self.journal.items.totals, stage=stage) == {
            one: total for one, total in self.model.totals().items() if one == stage
        }
        gone = [key for key in steps.KEYS if key > after]
        shown = self.model.named(stage, sorted(gone)[:SHOWN])
        assert self.ask(self.journal.items.finish_inventory, stage, gone=gone) == shown
        confirmed, left = self.model.baseline_of(stage)
        baseline = self.journal.items.baseline(stage)
        assert baseline.left(limit) == left[:limit]
        with baseline.confirmed() as files:
            told = list(files)
        assert [file.path for file in told] == sorted(
            (file.path for file in told), key=lambda path: path.encode("utf-8", "surrogatepass")
        )
        assert sorted(told) == sorted(confirmed)
        copied = self.folder / f"{next(self.numbers)}.sqlite"
        copy_journal(self.path, copied)
        with self.portal.wrap_async_context_manager(Journal.open(copied)) as journal:
            assert self.everything(journal) == everything_of(self.model)

    async def records(self, stage: str, states: Sequence[ItemState]) -> object:
        return [record async for batch in self.journal.items.records(stage=stage, states=states) for record in batch]

    def all_pages(self, stage: str) -> Sequence[ItemRecord]:
        """Turn the pages of pending items to the end."""
        told: list[ItemRecord] = []
        while page := self.ask(self.journal.items.pending, stage=stage, limit=2, after=told[-1].key if told else ""):
            assert not told or page[0].key > told[-1].key
            told += page
        return told

    @invariant()
    def both_know_the_same(self) -> None:
        assert self.everything(self.journal) == everything_of(self.model)
        for stage in steps.STAGES:
            # It may forget that a stage was imported, but never believe it of one that has changed.
            if self.ask(self.journal.items.is_imported, stage):
                assert self.model.imported[stage] == self.model.manifest(stage)
                known = self.journal.items.baseline(stage).folders()
                assert known is None or known.folders == self.model.folders_of(stage)


def everything_of(model: JournalModel) -> object:
    uploads = [model.uploads[url] for url in sorted(model.uploads)]
    return model.records(), model.totals(), uploads, {name: model.notes.get(name) for name in NOTES}, model.runs


async def _nothing():
    yield ()


TestJournal = JournalMachine.TestCase
TestJournal.settings = tries(80, 40)
