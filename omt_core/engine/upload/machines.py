"""The machines that a transfer runs on, where these are several: kept in the journal, over all runs.

Whoever looks at a migration, also from another process, finds them there: `omt status`, the wizard and the report.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from pydantic import TypeAdapter

from omt_core.api.errors import OmtError
from omt_core.api.events import MachinesProgress, SendingMachine, SendingState
from omt_core.journal import Journal
from omt_core.plugin_host import EventHub, StampedEvent

_OWNER: Final = "core"
_MACHINES: Final = "machines"
_KEPT: Final = TypeAdapter(MachinesProgress)


async def kept_machines(journal: Journal) -> MachinesProgress:
    """Return all machines that sent for this migration, with what each has done in all its runs."""
    text = await journal.notes.of(_OWNER).recall(_MACHINES)
    return MachinesProgress(machines=()) if text is None else _KEPT.validate_json(text)


@asynccontextmanager
async def machines_kept(events: EventHub, journal: Journal) -> AsyncIterator[None]:
    """Keep what a transfer tells of its machines for as long as the context lasts, and how that ended."""
    before = (await kept_machines(journal)).machines
    raised: Exception | None = None
    with events.subscribe() as stream:
        async with anyio.create_task_group() as group:
            group.start_soon(_follow, stream, journal, before)
            try:
                yield
            except Exception as error:  # noqa: BLE001 - raised again outside of the group, which would wrap it
                raised = error
            group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await _end(stream, journal, before)
    if raised is not None:
        raise raised


async def _follow(
    stream: MemoryObjectReceiveStream[StampedEvent], journal: Journal, before: Sequence[SendingMachine]
) -> None:
    # A journal that cannot be written ends the transfer by its own hand: this is only what it looks like.
    with suppress(OmtError):
        async for stamped in stream:
            if isinstance(stamped.event, MachinesProgress):
                with anyio.CancelScope(shield=True):
                    await _keep(journal, _added(before, stamped.event))


async def _end(
    stream: MemoryObjectReceiveStream[StampedEvent], journal: Journal, before: Sequence[SendingMachine]
) -> None:
    """Take what was told last; nothing is sent any more."""
    kept = await kept_machines(journal)
    with suppress(anyio.WouldBlock):
        while True:
            event = stream.receive_nowait().event
            kept = _added(before, event) if isinstance(event, MachinesProgress) else kept
    if kept.machines:
        ended = tuple(
            replace(one, state=SendingState.GONE if one.state is SendingState.GONE else SendingState.WAITING, rate=None)
            for one in kept.machines
        )
        await _keep(journal, MachinesProgress(machines=ended))


def _added(before: Sequence[SendingMachine], told: MachinesProgress) -> MachinesProgress:
    """Add what machines do now to what they had done before; those of then that nothing is told of are gone."""
    machines = {one.name: replace(one, state=SendingState.GONE, rate=None) for one in before}
    for one in told.machines:
        had = machines.get(one.name)
        machines[one.name] = (
            one
            if had is None
            else replace(one, items=had.items + one.items, sent_bytes=had.sent_bytes + one.sent_bytes)
        )
    return MachinesProgress(machines=tuple(machines[name] for name in sorted(machines)), dashboard=told.dashboard)


async def _keep(journal: Journal, machines: MachinesProgress) -> None:
    await journal.notes.of(_OWNER).remember(_MACHINES, _KEPT.dump_json(machines).decode())
