"""Whether the fleet of the settings is there: asked with the other checks, before anybody is locked out on site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from distributed import Client, Worker
from omt_core.api import Finding, OmtError, joined, sentence

from omt_dask.findings import FLEET_NOT_READY
from omt_dask.messages.answers import Unseen
from omt_dask.settings import DaskSettings
from omt_dask.tool.cluster import connected
from omt_dask.tool.homes import looked_into
from omt_dask.worker import unseen_roots


async def fleet_findings(settings: DaskSettings) -> Sequence[Finding]:
    """Return what would end a transfer by these settings as it begins; nothing for a cluster that is started here."""
    if settings.scheduler is None:
        return ()
    try:
        async with connected(settings, Path()) as client:
            return await _findings(client, await looked_into(settings.homes))
    except OmtError as error:
        message = joined([error.message, error.remedy], " ")
        return (FLEET_NOT_READY.finding(message, (error.code,)),)


async def looked(client: Client, homes: Mapping[str, Mapping[str, bool]]) -> Sequence[Place]:
    """Return the places that workers are at now, by their names; one that dies at this moment says nothing."""
    answers: Mapping[str, Place] = await client.run(_told, homes, on_error="ignore")
    return sorted(answers.values())


class Place(NamedTuple):
    """A worker by its name, the homes that it is at, and the roots of these that it cannot look into."""

    name: str
    homes: tuple[str, ...]
    unseen: Unseen


def _told(homes: Mapping[str, Mapping[str, bool]], dask_worker: Worker) -> Place:
    at = tuple(home for home in homes if home in dask_worker.state.total_resources)
    return Place(str(dask_worker.name), at, unseen_roots(homes, dask_worker))


async def _findings(client: Client, homes: Mapping[str, Mapping[str, bool]]) -> Sequence[Finding]:
    places = await looked(client, homes)
    found: list[Finding] = []
    lacking = tuple(sorted(homes.keys() - {home for place in places for home in place.homes}))
    if not places:
        found.append(FLEET_NOT_READY.finding(sentence("The scheduler has no workers.")))
    elif lacking:
        message = sentence("No worker has the resource of {homes}, and dask.homes names it.", homes=lacking)
        found.append(FLEET_NOT_READY.finding(message, lacking))
    for worker, _, unseen in places:
        for root, why in unseen:
            seen = sentence("The worker {worker} cannot see {root}: {reason}.", worker=worker, root=root, reason=why)
            found.append(FLEET_NOT_READY.finding(seen, (root,)))
    return found
