"""A site, a tool and a tenant, and everything that may happen to them; what must hold whatever it was.

Between and within runs files are made, changed, moved and lost; at any step the process may die, be stopped or
cancelled, the line may fail or swallow an answer, an upload may expire or be refused. Whatever it was, the next run
that nothing disturbs ends as the disk alone says, and the one after it has nothing to do.

It is a state machine of hypothesis. A plugin with the role `transfer` says in a class of its own how it moves things
and where to, and what may happen on other machines, if it has any:

    class MyMachine(TransferMachine):
        async def transfer(self, call): return await my_transfer(call)
        def new_tenant(self, number): return ServedReceiver(...)

    TestMyTransfer = MyMachine.TestCase
    TestMyTransfer.settings = tries(20, 6)
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeAlias

import anyio
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from typing_extensions import override

from omt_core.api.calls import Transfer, TransferSummary
from omt_core.api.decisions import MigrationMode
from omt_core.api.errors import OmtError
from omt_core.api.files import remove_tree
from omt_core.api.items import ItemRecord, ItemState
from omt_core.api.journal import BundleMember, ItemId, UploadRecord
from omt_core.api.plain import modification_time
from omt_core.api.stages import StageTotals
from omt_core.journal import Journal
from omt_core.testing.property.archive import CONTENTS, DATABASE, FILE_STAGES, KEYS, Archive, Edit, digest_of
from omt_core.testing.property.expectation import End, confirmed, database_ends, expected_ends, expected_totals
from omt_core.testing.property.receiver import LONGEST_BODY, Receiver
from omt_core.testing.property.simulated_migration import SimulatedMigration
from omt_core.testing.property.simulation import DiedError, Elsewhere, Event, Simulation, Unlimited
from omt_core.testing.recording import RecordingContext

Kind: TypeAlias = Literal["full", "precopy", "recovery"]

SENDERS: Final = 2
"""How many bodies a transfer may have on their way at once."""

SETTINGS: Final[Mapping[str, object]] = {
    "parallel_uploads": SENDERS,
    "fewest_uploads": SENDERS,
    "reading": "threads",
    "readers": 2,
    "bundle_bytes": 1 << 16,
    "bundle_members": 3,
    # No time is measured: a body is always as short as it may be.
    "seconds_per_request": 1e-9,
    "shortest_request": 900,
}
"""What the section `upload` must say, so that these few files take several batches, and a large one several bodies."""

PAGE: Final = 2
"""How many pending items a transfer should read from the journal at a time, so that pages are turned."""

LEFT: Final = (ItemState.MISSING, ItemState.FAILED, ItemState.SKIPPED)
FOR_NOTHING: Final = ("stop", "expire", "refuse")
"""What costs no body beyond those that are excused."""

WAITING_FOR_EVER: Final = 60.0
"""Seconds after which a run of a few small files is taken to wait for something that does not come."""

contents = st.sampled_from(sorted(CONTENTS)) | st.sampled_from(["large", "LARGE", "huge", "HUGE", "largest member"])
stages = st.sampled_from(FILE_STAGES)
keys = st.sampled_from(KEYS)
edits = st.builds(
    Edit,
    what=st.sampled_from(("write", "write", "write", "restore", "touch", "vanish", "forget", "block", "move")),
    stage=stages,
    key=keys,
    content=contents,
)
seeds = st.integers(0, 1_000)
tables = st.dictionaries(
    st.sampled_from(("contact-1", "contact-2", "person-1")).map(str), st.sampled_from(sorted(CONTENTS))
)
kinds: st.SearchStrategy[Kind] = st.sampled_from(("full", "full", "full", "precopy", "recovery"))


@dataclass(frozen=True, slots=True)
class Journalled:
    """What the journal says when it is opened anew."""

    records: Mapping[ItemId, ItemRecord]
    totals: Mapping[str, StageTotals]
    uploads: Sequence[UploadRecord]


class TransferMachine(RuleBasedStateMachine):
    """Site, tenant and tool.

    `simulation` is the last run. `completed`: a full run ended well at this tenant. `doubted`: the tool has asked this
    tenant for what it had sent to another. `last`: the digest under which each item was confirmed last. `troubles`: how
    often something happened that may cost each sender one body.

    A subclass says how far apart things happen, at most (`furthest`, in steps), whether the run has `threads`, and what
    may happen `elsewhere`.
    """

    furthest: ClassVar = 40
    threads: ClassVar = False
    elsewhere: ClassVar[tuple[Elsewhere, ...]] = ()
    tenant: Receiver

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="omt-machine-"))
        self.archive = Archive(self.folder)
        (self.folder / "work").mkdir()
        self.journal = self.folder / "work" / "journal.sqlite"
        self.runs = self.migrations = 0
        self.last: dict[ItemId, str] = {}
        self.journalled = Journalled({}, {}, ())
        self.simulation: Simulation | None = None
        self.move_to_another_tenant()
        self.doubted = True

    @override
    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and self.runs:
                self.run_well("full", 0)
        finally:
            remove_tree(self.folder)

    # --- what a subclass says

    def new_tenant(self, number: int) -> Receiver:
        """Make another tenant."""
        raise NotImplementedError

    async def transfer(self, call: Transfer) -> TransferSummary:
        """Move all items of a call, by `SETTINGS`."""
        raise NotImplementedError

    def happen(self, what: Elsewhere) -> None:
        """Let something happen on another machine, while the tool is at a step."""
        raise NotImplementedError

    # --- on site and online

    @initialize(first=st.lists(st.tuples(stages, keys, contents), min_size=3, max_size=12), exported=tables)
    def site(self, first: Sequence[tuple[str, str, str]], exported: Mapping[str, str]) -> None:
        """Begin with some files, and some tables."""
        for stage, key, content in first:
            self.archive.edit(Edit("write", stage, key, content))
        self.archive.export(exported)

    @rule(data=st.data())
    def day(self, data: st.DataObject) -> None:
        """Let this and that happen on site and online, and run the tool; what happens meanwhile are the events."""
        for edit in data.draw(st.lists(edits, max_size=4), "edits"):
            self.excuse(edit.stage, {edit.key})
            self.archive.edit(edit)
        self.archive.seen_unreadable = data.draw(st.booleans(), "seen unreadable")
        exported = data.draw(st.none() | tables, "exported")
        if exported is not None:
            self.excuse(DATABASE, self.archive.tables.keys() | exported)
            self.archive.export(exported)
        mishap = data.draw(st.sampled_from((None,) * 8 + self.tenant.mishaps), "mishap")
        if mishap is not None:
            self.go_wrong(mishap, data)
        troubles = st.sampled_from(self.tenant.troubles)
        there = st.sampled_from(self.elsewhere) if self.elsewhere else troubles
        event = st.builds(Event, steps=st.integers(1, self.furthest), what=there | troubles | edits)
        events = data.draw(st.lists(event, max_size=3) | st.lists(event, min_size=1, max_size=3), "events")
        kind, seed = self.possible(data.draw(kinds, "kind")), data.draw(seeds, "seed")
        if all(isinstance(event.what, Elsewhere) and event.what.harmless for event in events):
            self.run_well(kind, seed, events)
        else:
            self.run_once(kind, events, seed)

    def edit(self, edit: Edit) -> None:
        """Let something happen while the tool runs: what is half sent then may be of this file."""
        self.tenant.excused += self.tenant.unfinished_bytes
        self.archive.edit(edit)

    def excuse(self, stage: str, keys: Collection[str]) -> None:
        """Let what is half sent of these items be sent in vain, since they change."""
        for upload in self.journalled.uploads:
            if any(member.stage == stage and member.key in keys for member in upload.members):
                self.tenant.excused += self.tenant.reached(upload.url) or 0

    def go_wrong(self, mishap: str, data: st.DataObject) -> None:
        """Let something happen to the tenant."""
        # An empty manifest would bring the empty content back.
        contents = sorted(digest for digest, size in self.tenant.sizes.items() if size)
        if mishap == "expire":
            self.tenant.expire()
        elif mishap == "another":
            self.move_to_another_tenant()
        elif mishap == "begin anew":
            self.tenant.manifests.clear()
            self.completed = False
        elif contents:
            self.tenant.lose(data.draw(st.sampled_from(contents), "lost"))

    def move_to_another_tenant(self) -> None:
        """Have the next run find a tenant that knows nothing."""
        self.migrations += 1
        self.tenant = self.new_tenant(self.migrations)
        self.completed = self.doubted = False
        self.troubles = 0

    # --- runs

    def run_well(self, kind: Kind, seed: int, events: Sequence[Event] = ()) -> None:
        """Run with nothing that matters, and hold that all is as the disk says; then again, with nothing to do."""
        before, last = self.journalled, dict(self.last)
        whole = set(self.tenant.sizes)
        # What the tenant lost is noticed when a stage is committed.
        online = whole | self.tenant.lost if kind == "precopy" else whole
        going_on = self.going_on(whole) if kind == "full" and self.doubted and not events else []
        summary = self.run_once(kind, events, seed)
        assert summary is not None
        assert [url for url in going_on if not self.tenant.finished(url)] == []
        assert (summary.failed, summary.stopped) == (0, False)
        ends = expected_ends(self.archive, before.records, online, recovery=kind == "recovery")
        if kind == "full":
            ends |= database_ends(self.archive)
            last = {one: digest for one, digest in last.items() if one[0] != DATABASE}
        self.check_ends(kind, ends)
        # What was confirmed, lost and half sent anew counts as sent when the rest of it is.
        anew = any(
            last.get((member.stage, member.key)) == member.digest
            for upload in before.uploads
            for member in upload.members
        )
        nothing_lost = not anew and whole.issuperset(last.values())
        self.check_totals(kind, expected_totals(ends, last), nothing_lost=nothing_lost)
        newer = {item.key for item in self.archive.told(FILE_STAGES[0]) if (FILE_STAGES[0], item.key) not in ends}
        assert newer == {
            subject
            for finding in summary.findings
            if finding.code == "document-newer-than-migration"
            for subject in finding.subjects
        }
        self.check_nothing_is_left(kind, seed)

    def going_on(self, whole: set[str]) -> Sequence[str]:
        """Return the uploads that are half sent, still wanted and possible, and so must go on where they are."""
        return [
            upload.url
            for upload in self.journalled.uploads
            if self.tenant.reached(upload.url) is not None
            and all(self.is_as_begun(one) for one in upload.members)
            and whole.isdisjoint(one.digest for one in upload.members)
        ]

    def is_as_begun(self, member: BundleMember) -> bool:
        """Tell whether nothing has happened to an item, on disk or in the journal, since it was begun to be sent."""
        record = self.journalled.records.get((member.stage, member.key))
        return (
            record is not None
            and record.state is ItemState.STARTED
            and self.archive.holds(member.stage, member.key, member.digest)
            and modification_time(self.archive.path(member.stage, member.key).stat()) == record.mtime_ns
        )

    def possible(self, kind: Kind) -> Kind:
        """Return the kind of run that is meant: there is something to recover only once a migration is complete.

        What an import has verified is not asked for by a recovery that finds no difference, be it lost since.
        """
        return "full" if kind == "recovery" and (self.tenant.lost or not self.completed) else kind

    def run_once(self, kind: Kind, events: Sequence[Event], seed: int) -> TransferSummary | None:
        """Run the tool once; returns its summary unless it was cut short."""
        if kind != "full":
            self.tenant.excused += self.tenant.unfinished_bytes  # what is half sent may not be asked for this time
        self.runs += 1
        summary = anyio.run(self.perform, kind, events, seed)
        self.journalled = anyio.run(self.look)
        self.last = {one: digest for one, digest in self.last.items() if one in self.journalled.records}
        self.last |= {
            one: record.digest
            for one, record in self.journalled.records.items()
            if record.state is ItemState.CONFIRMED and record.digest is not None
        }
        self.doubted = self.doubted or summary is not None
        self.check_what_always_holds()
        if ended_well(summary):
            self.check_nothing_is_open(kind)
            self.completed = self.completed or kind == "full"
        return summary

    async def perform(self, kind: Kind, events: Sequence[Event], seed: int) -> TransferSummary | None:
        """Run the tool in an event loop of its own."""
        snapshot, workspace = f"s{self.runs}", self.folder / "work"
        file_stages = [self.archive.file_stage(stage) for stage in FILE_STAGES]
        database = [self.archive.database_stage(snapshot, workspace)] if kind == "full" else []
        recovery = kind == "recovery"
        simulation = Simulation(
            events, seed, edit=self.edit, expire=self.tenant.expire, elsewhere=self.happen, threads=self.threads
        )
        self.simulation = simulation
        summary = None
        async with self.tenant.open() as migration, Journal.open(self.journal) as journal:
            mode = MigrationMode.RECOVERY if recovery else MigrationMode.INITIAL
            await journal.runs.begin(mode=mode, baseline=recovery, plugins={})
            call = Transfer(
                stages=(*database, *file_stages),
                snapshot=snapshot,
                migration=SimulatedMigration(simulation, migration, self.tenant),
                journal=journal,
                notes=journal.notes.of("transfer"),
                workspace=workspace,
                rate=Unlimited(),
                stop=simulation.stop,
                run=RecordingContext(workspace),
                baseline_only=recovery,
                commit=kind != "precopy",
            )
            try:
                with simulation.running(), simulation.scope, anyio.fail_after(WAITING_FOR_EVER):
                    summary = await self.transfer(call)
            except (OmtError, DiedError):
                if not simulation.troubled:
                    raise
            if kind != "precopy" and not simulation.dead and ended_well(summary):
                await journal.items.record_stages(call.stages)
                await journal.items.mark_imported()
        self.troubles += sum(what not in FOR_NOTHING for what in simulation.happened)
        return None if simulation.dead else summary

    async def look(self) -> Journalled:
        """Open the journal anew, and read all of it."""
        async with Journal.open(self.journal) as journal:
            records = {(one.stage, one.key): one async for batch in journal.items.records() for one in batch}
            return Journalled(records, await journal.items.totals(), await journal.uploads.unfinished())

    # --- what must hold

    def check_what_always_holds(self) -> None:
        """Hold that nothing is called done that is not, and that hardly anything was sent in vain."""
        assert self.tenant.faults == []
        for one, record in self.journalled.records.items():
            if record.state is ItemState.CONFIRMED:
                assert record.digest in self.archive.had[one]
                if record.digest not in self.tenant.lost and self.doubted:
                    assert self.tenant.sizes[record.digest] == record.size
        for upload in self.journalled.uploads:
            reached = self.tenant.reached(upload.url)
            assert reached is None or upload.offset <= reached
        allowed = self.tenant.excused + self.troubles * SENDERS * LONGEST_BODY
        assert self.tenant.wasted_bytes([upload.url for upload in self.journalled.uploads]) <= allowed

    def check_nothing_is_open(self, kind: Kind) -> None:
        """Hold that a run that ended well has settled everything, and that what it says is what the tenant has."""
        for record in self.journalled.records.values():
            if record.stage == DATABASE and kind != "full":
                continue
            assert record.state is ItemState.CONFIRMED or (record.state in LEFT and record.reason)
        assert self.journalled.uploads == []

    def check_ends(self, kind: Kind, ends: dict[ItemId, End]) -> None:
        """Compare, and note in `ends` how it went where it could go either way."""
        concerned = stages_of(kind)
        records = {one: record for one, record in self.journalled.records.items() if one[0] in concerned}
        assert set(records) == set(ends)
        for one, end in list(ends.items()):
            record = records[one]
            digest = record.digest if record.state is ItemState.CONFIRMED else None
            if digest and digest == end.stays_with:
                ends[one] = confirmed(digest, record.size)
            else:
                assert (one, record.state, digest) == (one, end.state, end.digest)
                assert record.reason in end.reasons
        if kind == "precopy":
            return
        for stage in concerned:
            assert self.tenant.lines(stage) == {
                key: (end.digest, records[of, key].reason) for (of, key), end in ends.items() if of == stage
            }

    def check_totals(self, kind: Kind, expected: Mapping[str, StageTotals], *, nothing_lost: bool) -> None:
        """Compare what the journal counts."""
        totals = {stage: total for stage, total in self.journalled.totals.items() if stage in stages_of(kind)}
        if nothing_lost:
            assert totals == expected
        else:
            assert {stage: whatever_was_lost(total) for stage, total in totals.items()} == {
                stage: whatever_was_lost(total) for stage, total in expected.items()
            }

    def check_nothing_is_left(self, kind: Kind, seed: int) -> None:
        """Run once more: nothing is sent, and no question asked whose answer is in the journal."""
        bodies, before, told = len(self.tenant.bodies), self.journalled, dict(self.tenant.manifests)
        self.tenant.questions = []
        summary = self.run_once(kind, (), seed + 1)
        assert summary is not None
        # Why a file was left behind may be told in other words, since the inventory has now seen it gone.
        reworded = [
            text for stage, (digest, text) in self.tenant.manifests.items() if told.get(stage) != (digest, text)
        ]
        assert sum(self.tenant.bodies[bodies:]) <= sum(map(len, reworded))
        manifests = {digest for digest, _ in self.tenant.manifests.values()}
        parts = {digest_of(content) for content in self.archive.tables.values()} if kind == "full" else set()
        assert set(self.tenant.questions) <= manifests | parts
        assert [(one, record.state, record.digest) for one, record in self.journalled.records.items()] == [
            (one, record.state, record.digest) for one, record in before.records.items()
        ]


def ended_well(summary: TransferSummary | None) -> bool:
    """Tell whether a run came to its end, with every item settled."""
    return summary is not None and not summary.stopped and not summary.failed


def stages_of(kind: Kind) -> tuple[str, ...]:
    """Return the stages that a run of this kind has."""
    return (DATABASE, *FILE_STAGES) if kind == "full" else FILE_STAGES


def whatever_was_lost(total: StageTotals) -> StageTotals:
    """Leave out which of several copies was sent again, and how large a file was that is gone on site as well."""
    return replace(total, bytes=0, sent_items=0, skipped_items=0, skipped_bytes=0)
