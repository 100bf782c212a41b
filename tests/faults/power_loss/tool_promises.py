"""What the tool has let others see, and whether a disk that survived a power loss bears it out.

What the tool shows is what it asks the tenant for, what it writes on site, and what it says on standard output. Each
must be in the journal before it is shown.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from omt_core.api.items import ItemState
from omt_core.engine import facts
from omt_core.journal import Journal
from omt_freeze.service_config import ConfigNote
from omt_protocol.receipt import check_manifest, check_signature, parse_receipt
from tests.faults.power_loss.exchanges import Message, exchanges
from tests.faults.power_loss.tenant_promises import Promised, promises
from tests.power_loss import Record, Sending

OPEN = {ItemState.PENDING, ItemState.STARTED}
SAID_FROZEN = "The installation on site is frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the tool has shown so far, from the position `since` in the record on.

    `told` is what the tenant has promised it; `continued` the uploads that it went on with; `settled` the number of
    items of each stage that it said to be done, `committed` the stages that it asked to commit.
    """

    since: int = 0
    told: Promised = field(default_factory=Promised)
    client: str | None = None
    continued: frozenset[str] = frozenset()
    settled: Mapping[str, int] = field(default_factory=dict)
    committed: frozenset[str] = frozenset()
    completing: bool = False
    frozen: bool = False
    finished: bool = False


def shown(record: Record, port: int) -> Iterator[Shown]:
    """Yield what was shown as it grows."""
    talk = exchanges(record, port, "client")
    steps: list[tuple[int, Promised | Message | dict[str, object]]] = [
        (promised.since, promised) for promised in promises(talk)
    ]
    steps += ((request.at, request) for request in talk if isinstance(request, Message))
    line = b""
    for position, operation in enumerate(record.operations):
        if isinstance(operation, Sending) and operation.channel == "stdout":
            # A pipe takes a long line in pieces.
            *whole, line = (line + operation.content).split(b"\n")
            steps += ((position, event) for event in map(json.loads, whole) if "event" in event)
    now = Shown()
    yield now
    for position, step in sorted(steps, key=lambda one: one[0]):
        match step:
            case Promised():
                more = replace(now, told=step)
            case Message():
                more = _asked(now, step)
            case _:
                more = _said(now, step)
        if more != now:
            now = replace(more, since=position)
            yield now


def _asked(now: Shown, request: Message) -> Shown:
    match request.method, request.path.split("/")[2:]:
        case "POST", ["migrations"]:
            return replace(now, client=json.loads(request.body)["client"])
        case "PATCH", ["uploads", uid]:
            return replace(now, continued=now.continued | {uid})
        case "PUT", ["migrations", _, "stages", stage]:
            return replace(now, committed=now.committed | {stage})
        case "POST", ["migrations", _, "completion"]:
            return replace(now, completing=True)
        case _:
            return now


def _said(now: Shown, event: Mapping[str, object]) -> Shown:
    match event["event"]:
        case "progress" if event["stage"] != "finishing":
            return replace(now, settled={**now.settled, str(event["stage"]): int(str(event["items_done"]))})
        case "notice" if str(event["message"]).startswith(SAID_FROZEN):
            return replace(now, frozen=True)
        case "result":
            assert event["exit_code"] == 0
            return replace(now, finished=True)
        case _:
            return now


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSite:
    """What a disk on site holds: the workspace, the Service's folder, and how many No Login events were added."""

    workspace: Path
    service: Path
    no_login: int


async def broken(found: OnSite, done: Shown, config: bytes) -> list[str]:
    """Return what the journal and the files beside it do not bear out, in words."""
    problems = [*_of_identity(found.workspace, done), *_of_result(found.workspace, done)]
    async with Journal.open(found.workspace / "journal.sqlite") as journal:
        known = await journal.notes.pins()
        await journal.notes.decisions()
        note = await journal.notes.of("freeze/freeze").recall("service-config")
        problems += _of_pins(known, done)
        problems += _of_freeze(found, known, None if note is None else ConfigNote.model_validate_json(note), config)
        if (
            known.get(facts.FROZEN)
            and await journal.notes.of("freeze/freeze").recall("no-login-event") is None
            and found.no_login
        ):
            problems.append("the No Login event is there without the intent to add it")
        problems += await _of_items(journal, done)
        problems += await _of_uploads(journal, done)
        if done.finished and [run.exit_code for run in await journal.runs.all()][-1:] != [0]:
            problems.append("the run that ended well has not ended")
    return problems


def events_in(database: Path) -> int:
    """Count the system events of a database that SQLite recovers."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT count(*) FROM systemevent").fetchone()[0])


def _of_identity(workspace: Path, done: Shown) -> Iterator[str]:
    if done.client is not None and _line(workspace / "client.id") != done.client:
        yield "the id of the workspace, which holds the claim, is gone"
    if done.client is not None and _line(workspace / "tenant.key") != done.told.public_key:
        yield "the tenant's key that was pinned is gone"


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _line(path: Path) -> str | None:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def _of_result(workspace: Path, done: Shown) -> Iterator[str]:
    receipt, manifest = workspace / "receipt.json", workspace / "manifest.jsonl"
    if not receipt.is_file():
        if done.finished:
            yield "the receipt is gone"
        return
    parsed = parse_receipt(receipt.read_bytes())
    yield from map(str, check_signature(parsed, parsed.header.public_key))
    yield from map(str, check_manifest(parsed.header, manifest))


def _of_pins(known: Mapping[str, str], done: Shown) -> Iterator[str]:
    if done.client is not None and not {facts.SERIAL, "decisions"} <= known.keys():
        yield "the migration was opened online without licence and decisions in the journal"
    if done.completing and not {facts.COMPLETING, facts.COMPLETED} & known.keys():
        yield "the import was asked for without a word of it in the journal"
    # A run that goes on asks for the freeze again, and means it until each plugin has answered.
    if done.frozen and known.get(facts.FROZEN) not in {"intended", "frozen"}:
        yield "it was said that the site is frozen; the journal does not know"
    if done.finished and (facts.COMPLETED not in known or facts.COMPLETING in known):
        yield "the migration was said to be complete; the journal does not know"


def _of_freeze(found: OnSite, known: Mapping[str, str], note: ConfigNote | None, config: bytes) -> Iterator[str]:
    content = (found.service / "config").read_bytes()
    frozen = content != config
    if frozen and (note is None or hashlib.sha256(content).hexdigest() != note.frozen):
        yield "the config is neither what it was nor what the journal meant to make of it"
    # The note comes first, so that half a copy can be found and removed; the file is changed when the copy is whole.
    if frozen and note is not None and _content(found.workspace / "freeze" / f"config-{note.original[:16]}") != config:
        yield "the copy of the config is not whole, and the config is frozen"
    if (frozen or found.no_login) and facts.FROZEN not in known:
        yield "something is frozen without the intent in the journal"
    if found.no_login not in {0, 1}:
        yield f"the site has {found.no_login} No Login events"
    if known.get(facts.FROZEN) == "frozen" and not (frozen and found.no_login):
        yield f"the journal holds for frozen what is not: config {frozen}, No Login {found.no_login}"
    for leftover in found.service.glob(".config*"):
        if note is None or leftover.name != note.temporary:
            yield f"{leftover.name} lies there and the journal does not know of it"


async def _of_items(journal: Journal, done: Shown) -> list[str]:
    problems: list[str] = []
    settled: Counter[str] = Counter()
    async for batch in journal.items.records():
        for record in batch:
            settled[record.stage] += record.state not in OPEN
            if record.state is ItemState.CONFIRMED and record.digest not in done.told.contents:
                problems.append(f"{record.stage}/{record.key} is confirmed, which the tenant never said")
            if record.state in OPEN and record.stage in done.committed:
                problems.append(f"{record.stage}/{record.key} is {record.state} in a stage that was committed")
    problems += [
        f"{number} items of {stage} were said to be done, {settled[stage]} are"
        for stage, number in done.settled.items()
        if settled[stage] < number
    ]
    return problems


async def _of_uploads(journal: Journal, done: Shown) -> list[str]:
    known = {upload.url.rpartition("/")[2] for upload in await journal.uploads.unfinished()}
    lost = done.continued - known - done.told.closed
    return [f"the upload {uid} went on without being in the journal" for uid in sorted(lost)]
