"""What an estimate says to a person: what it rests on, and what would change it, in numbers of this very migration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from omt_core.api import byte_size, duration, joined, local_time, plural, quantity, sentence
from omt_core.api.calls import EstimateTransfer, PastTransfer
from omt_upload.estimate.forecast import Counted, Forecast, Range, Work
from omt_upload.estimate.probe import Probe

_HELPS: Final = 1.3
"""How much faster several uploads must be for the line not to be full with one."""


def grounds(call: EstimateTransfer, counted: Counted, work: Work, probe: Probe, forecast: Forecast) -> Iterator[str]:
    """Say what the range rests on."""
    yield sentence("To be sent: {files} with {size}.", files=quantity(work.files, "file"), size=byte_size(work.bytes))
    if counted.online_files:
        yield sentence(
            "Confirmed online already, and not sent again: {files} with {size}.",
            files=quantity(counted.online_files, "file"),
            size=byte_size(counted.online_bytes),
        )
    if counted.recalled_files:
        yield sentence(
            "In the cloud or on tape, and fetched when they are read, which nobody can time: {files} with {size}.",
            files=quantity(counted.recalled_files, "file"),
            size=byte_size(counted.recalled_bytes),
        )
    if work.database:
        yield sentence("A database of {size} as it was sent in an earlier run.", size=byte_size(work.database))
    elif work.stored:
        yield sentence(
            "A database that takes {stored} where it is, by its own statistics; no earlier run has moved it, and how"
            " far it shrinks on the way is a guess: about {size}.",
            stored=byte_size(work.stored),
            size=byte_size(work.tables),
        )
    elif not call.baseline_only:
        yield sentence(
            "The database is not counted: no earlier run has moved it, and its statistics do not say how large it is."
        )
    single = sentence("One upload moves {size} a second.", size=byte_size(int(probe.single)))
    together = sentence(
        "{uploads} at once move {size} a second.", uploads=probe.parallel, size=byte_size(int(probe.together))
    )
    yield joined([single, together], " ") if probe.parallel > 1 else single
    yield sentence("A round trip takes {milliseconds:.0f} ms.", milliseconds=probe.round_trip * 1000)
    if call.limit is not None:
        yield sentence("The rate limit of {size} a second is counted in.", size=byte_size(call.limit))
    yield from _past(forecast)


def levers(call: EstimateTransfer, work: Work, probe: Probe, forecast: Forecast) -> Iterator[str]:
    """Say what would change the range, and into which."""
    if work.files and not call.baseline_only:
        left = forecast.whole(work.without_files, call.limit)
        yield sentence(
            "{files} with {size} can be sent ahead, while users work: by `omt precopy`, or from the wizard's checklist."
            " On the night only what changed since is left: where nothing did it takes {range}.",
            files=quantity(work.files, "file"),
            size=byte_size(work.bytes),
            range=_between(left),
        )
    if call.limit is not None and call.limit < probe.speed:
        yield sentence("Without the rate limit it takes {range}.", range=_between(forecast.whole(work, None)))
    half = int(probe.speed / 2) if call.limit is None else call.limit // 2
    if half:
        yield sentence(
            "To compare: limited to {size} a second it takes {range}.",
            size=byte_size(half),
            range=_between(forecast.whole(work, half)),
        )
    if probe.parallel > 1:
        times = probe.together / probe.single
        yield sentence(
            "{uploads} uploads at once move {times:.1f} times as much as one: more of them (upload.parallel_uploads) "
            "may move more."
            if times > _HELPS
            else "{uploads} uploads at once move {times:.1f} times as much as one: more of them do not help.",
            uploads=probe.parallel,
            times=times,
        )
    yield sentence(
        "A run outside office hours has the line to itself: the longest time assumes that others use 40 % of it."
    )


def _past(forecast: Forecast) -> Iterator[str]:
    told, database, imported = forecast.telling, forecast.database, forecast.imported
    if told is not None:
        sent = sentence(
            "Run {run} of {moment} sent {files} and {size} in {time}: {rate:.0f} files and {speed} a second.",
            files=quantity(told.files, "file"),
            size=byte_size(told.sent_bytes),
            time=duration(told.seconds),
            rate=told.files / told.seconds,
            speed=byte_size(int(told.sent_bytes / told.seconds)),
            **_named(told),
        )
        before = plural(
            told.skipped_files, "{number:,} file was online before.", "{number:,} files were online before."
        )
        yield joined([sent, before], " ")
        if told.limit is not None:
            yield sentence("That run was limited to {size} a second.", size=byte_size(told.limit))
    if database is not None:
        yield sentence(
            "Run {run} of {moment} read the database in {time}, {size} of parts.",
            time=duration(database.database_seconds),
            size=byte_size(database.database_bytes),
            **_named(database),
        )
    if imported is not None:
        yield sentence("The tenant took {time} to verify and import then.", time=duration(imported))
    if forecast.past and told is None:
        yield sentence("Earlier runs sent too little to say how fast this one will be.")


def _named(past: PastTransfer) -> dict[str, object]:
    return {"run": past.run, "moment": local_time(past.ended)}


def _between(range_: Range) -> str:
    return sentence("{shortest} to {longest}", shortest=duration(range_.shortest), longest=duration(range_.longest))
