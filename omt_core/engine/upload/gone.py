"""What an earlier run sent and the site no longer has, kept for the result of a migration and for comparing it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from omt_core.api.calls import GoneFiles
from omt_core.api.items import ItemState
from omt_core.engine import facts
from omt_core.journal import Journal


class GoneOfStage(BaseModel):
    """Of a stage: how many stay online, the first names of these, and the keys of those that the journal forgot."""

    model_config = ConfigDict(frozen=True)

    kept: int = 0
    names: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()


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
        return self.kept + sum(len(one.forgotten) for one in self.stages.values())


async def keep_gone(journal: Journal, told: Sequence[GoneFiles]) -> None:
    """Keep what a transfer of all that there is found to be gone.

    What a journal has forgotten no later attempt can find: its keys are kept, since the same migration, by each attempt
    a thousand more at most. What is kept online is found by each anew.
    """
    pins = await journal.notes.pins()
    since = pins.get(facts.COMPLETED, "")
    before = _read(pins)
    forgotten = {name: one.forgotten for name, one in before.stages.items()} if before.since == since else {}
    stages = {name: GoneOfStage(forgotten=keys) for name, keys in forgotten.items() if keys}
    for one in told:
        keys = dict.fromkeys((*forgotten.get(one.stage, ()), *one.forgotten))
        stages[one.stage] = GoneOfStage(kept=one.kept, names=one.names, forgotten=tuple(keys))
    found = Gone(since=since, stages=stages) if stages else None
    # Not pydantic's own JSON, which refuses a name that is no text.
    await journal.notes.pin(facts.GONE, None if found is None else json.dumps(found.model_dump()))


async def gone_files(journal: Journal) -> Gone:
    """Return what the last look at the whole site found to be gone, but for what has come back since."""
    found = _read(await journal.notes.pins())
    stages = {name: await _without_what_came_back(journal, name, one) for name, one in found.stages.items()}
    return found.model_copy(update={"stages": stages})


async def _without_what_came_back(journal: Journal, stage: str, gone: GoneOfStage) -> GoneOfStage:
    known = await journal.items.known(stage, gone.forgotten)
    back = {record.key for record in known if record.state is not ItemState.MISSING}
    return gone.model_copy(update={"forgotten": tuple(key for key in gone.forgotten if key not in back)})


def _read(pins: Mapping[str, str]) -> Gone:
    return Gone.model_validate(json.loads(pins[facts.GONE])) if facts.GONE in pins else Gone()
