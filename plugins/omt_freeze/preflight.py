"""What a live migration's freeze will need, asked for by `check`: the night is too late to learn that it is not there.

Nothing is written to find out: the installation is written to by the freeze only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio

from omt_core.api import (
    Finding,
    InstallationError,
    MachineCheck,
    MachineState,
    MigrationKind,
    SourceDatabase,
    joined,
    looked_at,
    may_write,
    sentence,
)
from omt_core.api.calls import ExamineMachine, ValidateMigration
from omt_freeze.findings import FREEZE_NOT_POSSIBLE
from omt_freeze.no_login import event_table
from omt_freeze.service_config import read_config
from omt_freeze.settings import FreezeSettings

_NAME = "service-config"

NEEDED = {"systemevent": ("INSERT", "DELETE"), "sequence": ("UPDATE",)}
"""What is done with which table: the No Login event is added and removed, and its id is taken (`event_id`)."""


async def preflight(call: ValidateMigration, settings: FreezeSettings) -> Sequence[Finding]:
    """Return what would keep a live migration from freezing; a test migration freezes nothing."""
    if call.decisions.kind is not MigrationKind.LIVE:
        return ()
    found = await _database(call.database)
    if (base := call.installation.service.base) is not None:
        limiter = anyio.CapacityLimiter(1)
        found += await anyio.to_thread.run_sync(lambda: list(_service(base, settings)), limiter=limiter)
    return found


async def examine(call: ExamineMachine, settings: FreezeSettings) -> Sequence[MachineCheck]:
    """Say whether the configuration of the Service can be read, and replaced when the night freezes it."""
    if call.kind is not MigrationKind.LIVE:
        return (_line(MachineState.OK, sentence("A test migration freezes nothing.")),)
    if call.installation is None:
        return (_line(MachineState.NOT_CHECKED, sentence("Whether there is a Service to freeze is not known.")),)
    base = call.installation.service.base
    if base is None:
        return (_line(MachineState.OK, sentence("There is no Service that would have to be frozen.")),)

    def look() -> Iterator[MachineCheck]:
        lacking = list(_service(base, settings))
        yield from (_line(MachineState.ERROR, one.message, one.remedy) for one in lacking)
        if not lacking:
            yield _line(
                MachineState.OK,
                sentence("The configuration of the Service in {base} can be replaced by the freeze.", base=base),
            )

    return await looked_at(_NAME, look)


def _line(state: MachineState, message: str, remedy: str = "") -> MachineCheck:
    return MachineCheck(name=_NAME, state=state, message=message, remedy=remedy)


async def _database(database: SourceDatabase) -> list[Finding]:
    try:
        event_table(database)
    except InstallationError as error:
        return [FREEZE_NOT_POSSIBLE.finding(joined([error.message, error.remedy], " "), ("systemevent",))]
    grants = {table: await database.missing_grant(table, rights) for table, rights in NEEDED.items()}
    return [
        FREEZE_NOT_POSSIBLE.finding(
            sentence(
                "The database user may not {rights} in the table {table}; what gives it: {grant}.",
                rights=" and ".join(NEEDED[table]),
                table=table,
                grant=grant,
            ),
            (table,),
        )
        for table, grant in grants.items()
        if grant is not None
    ]


def _service(base: Path, settings: FreezeSettings) -> Iterator[Finding]:
    try:
        path, _ = read_config(base, settings.service_config_names)
        # The file is replaced by another that is made beside it, so both must be writable.
        lacking = [str(place) for place in (path, path.parent) if not may_write(place)]
    except InstallationError as error:
        yield FREEZE_NOT_POSSIBLE.finding(joined([error.message, error.remedy], " "), (str(base),))
        return
    except OSError as error:
        message = sentence("{folder} cannot be read: {reason}.", folder=base, reason=error.strerror or error)
        yield FREEZE_NOT_POSSIBLE.finding(message, (str(base),))
        return
    if lacking:
        yield FREEZE_NOT_POSSIBLE.finding(
            sentence(
                "The account that runs the tool may not write to {places}, where the line `frozen` is put.",
                places=" and ".join(lacking),
            ),
            tuple(lacking),
        )
