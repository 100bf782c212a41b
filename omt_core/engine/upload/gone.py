"""What an earlier run sent and the site no longer has, kept for the result of a migration and for comparing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from omt_core.api.calls import GoneFiles
from omt_core.engine import facts
from omt_core.journal import Journal


class GoneOfStage(BaseModel):
    """Of a stage: how many stay online, how many do not, and the first names of those that stay."""

    model_config = ConfigDict(frozen=True)

    kept: int = 0
    dropped: int = 0
    names: tuple[str, ...] = ()


class Gone(BaseModel):
    """By stage. `since`: when the migration was completed that this is the difference to; empty before the first."""

    model_config = ConfigDict(frozen=True)

    since: str = ""
    stages: Mapping[str, GoneOfStage] = {}

    @property
    def kept(self) -> int:
        """Files that stay online although the site has them no more."""
        return sum(one.kept for one in self.stages.values())

    @property
    def gone(self) -> int:
        """All files that are no longer on site."""
        return self.kept + sum(one.dropped for one in self.stages.values())


async def keep_gone(journal: Journal, told: Sequence[GoneFiles]) -> None:
    """Keep what a transfer of all that there is found to be gone.

    What a journal has forgotten no later attempt can find: it stays counted, since the same migration. What is kept
    online is found by each anew.
    """
    pins = await journal.notes.pins()
    since = pins.get(facts.COMPLETED, "")
    before = _read(pins)
    dropped = {name: one.dropped for name, one in before.stages.items()} if before.since == since else {}
    stages = {name: GoneOfStage(dropped=count) for name, count in dropped.items() if count}
    for one in told:
        count = one.dropped + dropped.get(one.stage, 0)
        stages[one.stage] = GoneOfStage(kept=one.kept, dropped=count, names=one.names)
    found = Gone(since=since, stages=stages) if stages else None
    await journal.notes.pin(facts.GONE, None if found is None else found.model_dump_json())


async def gone_files(journal: Journal) -> Gone:
    """Return what the last look at the whole site found to be gone."""
    return _read(await journal.notes.pins())


def _read(pins: Mapping[str, str]) -> Gone:
    return Gone.model_validate_json(pins[facts.GONE]) if facts.GONE in pins else Gone()
