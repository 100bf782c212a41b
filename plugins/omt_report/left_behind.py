"""The items that are not confirmed, by what became of them and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from omt_core.api import Finding, ItemRecord, ItemState, MigrationRecord, sentence
from omt_report.document import ItemLine, item_of
from omt_report.readable import encodable

TITLES: Mapping[ItemState, str] = {
    ItemState.FAILED: sentence("Could not be moved"),
    ItemState.STARTED: sentence("Begun and not confirmed"),
    ItemState.PENDING: sentence("Not sent yet"),
    ItemState.MISSING: sentence("Missing on site"),
    ItemState.SKIPPED: sentence("Left out"),
}
"""All states but confirmed, the worst first."""

REMEDIES: Mapping[ItemState, str] = {
    ItemState.FAILED: sentence("Mend the cause, then run the tool again: it sends only what is not confirmed."),
    ItemState.STARTED: sentence("Run the same command again: it goes on where it stopped."),
    ItemState.PENDING: sentence("Run the same command again: it goes on where it stopped."),
    ItemState.MISSING: sentence(
        "Put the files back into the archive, then run the tool again and choose missing files."
    ),
    ItemState.SKIPPED: sentence("Nothing needs to be done, unless you miss one of them online."),
}
"""What to do where no finding says it better."""


@dataclass(slots=True)
class LeftBehind:
    """Items of one state and reason: how many there are, and the first of them."""

    state: ItemState
    reason: str
    message: str
    remedy: str
    total: int = 0
    shown: list[ItemLine] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What became of these items."""
        return TITLES[self.state]


async def left_behind(record: MigrationRecord, shown: int) -> Sequence[LeftBehind]:
    """Read all items that are not confirmed once; keeps at most `shown` of each kind."""
    findings = {finding.code: finding for finding in reversed(record.findings)}
    groups: dict[tuple[ItemState, str], LeftBehind] = {}
    async for batch in record.records(tuple(TITLES)):
        for item in batch:
            group = groups.get((item.state, item.reason))
            if group is None:
                group = groups[item.state, item.reason] = _group(item, findings.get(item.reason))
            group.total += 1
            if len(group.shown) < shown:
                group.shown.append(item_of(item).model_copy(update={"detail": encodable(item.detail)}))
    order = list(TITLES)
    return sorted(groups.values(), key=lambda group: (order.index(group.state), group.reason))


def _group(item: ItemRecord, finding: Finding | None) -> LeftBehind:
    return LeftBehind(
        state=item.state,
        reason=item.reason,
        message="" if finding is None else finding.message,
        remedy=REMEDIES[item.state] if finding is None else finding.remedy,
    )
