"""What the page shows of the journal, looked up once, so that a view of it needs no wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from omt_core.api.decisions import MigrationKind, MigrationMode
from omt_core.api.users import Administrator
from omt_core.engine import facts
from omt_core.engine.result import file_totals
from omt_core.engine.runner import Runner
from omt_core.engine.workspace import RECEIPT_FILE, REPORT_STEM
from omt_core.wizard.controller.document import EarlierPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was last read from the journal."""

    frozen: bool = False
    importing: bool = False
    interrupted: bool = False
    thawed_at: datetime | None = None
    earlier: EarlierPart | None = None
    changes: str = "{}"
    administrator: Administrator | None = None


async def look_up(runner: Runner, before: Known, *, begun: bool) -> Known:
    """Read the journal. `before` knows who is logged on, also across sessions; `begun`: this process uploads."""
    pinned = await runner.journal.notes.pins()
    return Known(
        frozen=facts.FROZEN in pinned,
        importing=facts.may_be_importing(pinned),
        interrupted=facts.STARTED in pinned and facts.COMPLETED not in pinned,
        thawed_at=_thawed_at(pinned),
        earlier=None if begun else await _earlier(runner, pinned),
        changes=pinned.get(facts.CHANGES, "{}"),
        administrator=runner.now.administrator or before.administrator,
    )


async def _earlier(runner: Runner, pinned: Mapping[str, str]) -> EarlierPart | None:
    """Return what is online since an earlier run; once this one uploads there is another result to look at.

    A journal that was lost and rebuilt knows what each file is, and not in which row of the upload it counts, nor when
    that run ended: nothing is told of it then.
    """
    now = runner.now
    if now.mode is MigrationMode.INITIAL or facts.COMPLETED not in pinned or not await runner.journal.items.stages():
        return None
    counted = await file_totals(runner.journal)
    return EarlierPart(
        kind=MigrationKind(pinned[facts.STARTED]),
        at=datetime.fromisoformat(pinned[facts.COMPLETED]),
        files=sum(one.confirmed_items for one in counted),
        bytes=sum(one.confirmed_bytes for one in counted),
        missing=sum(one.missing for one in counted),
        failed=sum(one.failed for one in counted),
        left_out=sum(one.left_out for one in counted),
        receipt=(now.folder / RECEIPT_FILE).is_file(),
        report=(now.folder / f"{REPORT_STEM}.html").is_file(),
    )


def _thawed_at(pinned: Mapping[str, str]) -> datetime | None:
    """Return when users were let in again on site, unless they are kept out now."""
    thawed = facts.THAWED in pinned and facts.FROZEN not in pinned
    return datetime.fromisoformat(pinned[facts.THAWED]) if thawed else None
