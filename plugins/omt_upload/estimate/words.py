"""What an estimate says to a person: what it rests on, and what would change it, in numbers of this very migration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omt_core.api import byte_size, duration, local_time, quantity
from omt_core.api.calls import EstimateTransfer, PastTransfer
from omt_upload.estimate.forecast import Counted, Forecast, Range, Work
from omt_upload.estimate.probe import Probe

_HELPS: Final = 1.3
"""How much faster several uploads must be for the line not to be full with one."""


def grounds(call: EstimateTransfer, counted: Counted, work: Work, probe: Probe, forecast: Forecast) -> Iterator[str]:
    """Say what the range rests on."""
    yield f"To be sent: {quantity(work.files, 'file')} with {byte_size(work.bytes)}."
    if counted.online_files:
        online = f"{quantity(counted.online_files, 'file')} with {byte_size(counted.online_bytes)}"
        yield f"Confirmed online already, and not sent again: {online}."
    if counted.recalled_files:
        recalled = f"{quantity(counted.recalled_files, 'file')} with {byte_size(counted.recalled_bytes)}"
        yield f"In the cloud or on tape, and fetched when they are read, which nobody can time: {recalled}."
    if work.database:
        yield f"A database of {byte_size(work.database)} as it was sent in an earlier run."
    elif not call.baseline_only:
        yield "The database is not counted: no earlier run has moved it."
    yield f"One upload moves {byte_size(int(probe.single))} a second." + (
        f" {probe.parallel} at once move {byte_size(int(probe.together))} a second." if probe.parallel > 1 else ""
    )
    yield f"A round trip takes {probe.round_trip * 1000:.0f} ms."
    if call.limit is not None:
        yield f"The rate limit of {byte_size(call.limit)} a second is counted in."
    yield from _past(forecast)


def levers(call: EstimateTransfer, work: Work, probe: Probe, forecast: Forecast) -> Iterator[str]:
    """Say what would change the range, and into which."""
    if work.files and not call.baseline_only:
        left = forecast.whole(Work(files=0, bytes=0, database=work.database), call.limit)
        yield (
            f"{quantity(work.files, 'file')} with {byte_size(work.bytes)} can be sent ahead, while users work: by"
            " `omt precopy`, or from the wizard's checklist. On the night only what changed since is left, and without"
            f" any it takes {_between(left)}."
        )
    if call.limit is not None and call.limit < probe.speed:
        yield f"Without the rate limit it takes {_between(forecast.whole(work, None))}."
    half = int(probe.speed / 2) if call.limit is None else call.limit // 2
    if half:
        yield f"A rate limit of {byte_size(half)} a second makes it {_between(forecast.whole(work, half))}."
    if probe.parallel > 1:
        times = probe.together / probe.single
        said = "more of them (upload.parallel_uploads) may move more" if times > _HELPS else "more of them do not help"
        yield f"{probe.parallel} uploads at once move {times:.1f} times as much as one: {said}."
    yield "A run outside office hours has the line to itself: the longest time assumes that others use 40 % of it."


def _past(forecast: Forecast) -> Iterator[str]:
    told, database, imported = forecast.telling, forecast.database, forecast.imported
    if told is not None:
        rates = f"{told.files / told.seconds:.0f} files and {byte_size(int(told.sent_bytes / told.seconds))} a second"
        yield (
            f"{_named(told)} sent {quantity(told.files, 'file')} and {byte_size(told.sent_bytes)} in "
            f"{duration(told.seconds)}: {rates}. "
            f"{quantity(told.skipped_files, 'file was', 'files were')} online before."
        )
        if told.limit is not None:
            yield f"That run was limited to {byte_size(told.limit)} a second."
    if database is not None:
        size, seconds = byte_size(database.database_bytes), duration(database.database_seconds)
        yield f"{_named(database)} read the database in {seconds}, {size} of parts."
    if imported is not None:
        yield f"The tenant took {duration(imported)} to verify and import then."
    if forecast.past and told is None:
        yield "Earlier runs sent too little to say how fast this one will be."


def _named(past: PastTransfer) -> str:
    return f"Run {past.run} of {local_time(past.ended)}"


def _between(range_: Range) -> str:
    return f"{duration(range_.shortest)} to {duration(range_.longest)}"
