"""Welcome: finds the installation, opens its database, reads its licence and asks the tenant (W16, W17, W83)."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

from omt_core.api import calls
from omt_core.api.database import SourceDatabase
from omt_core.api.errors import InstallationError
from omt_core.api.installation import Installation, Licence, ManualAnswers
from omt_core.api.online import OnlineTarget, TenantStatus
from omt_core.api.plugin import Plugin
from omt_core.engine.findings import merged
from omt_core.engine.session import Engine
from omt_core.engine.surroundings import Surroundings
from omt_core.plugin_host import Answers


async def choose_installation(engine: Engine, answers: ManualAnswers) -> calls.Discovery:
    """Return the best installation that needs nothing more, with what went wrong with plugins that looked for it.

    Raises `InstallationError` `installation-not-found`, or `installation-incomplete` naming the keys to give.
    """
    found = await discover(engine, answers)
    complete = [discovery for discovery in found.values if not discovery.needs]
    if complete:
        return replace(complete[0], findings=merged(complete[0].findings, found.faults))
    failed = "".join(f" {fault.message}" for fault in found.faults)
    if not found.values:
        raise InstallationError(
            "installation-not-found",
            "No installation was found on this machine." + failed,
            "Run this on the server or on a client of the installation, or fill [installation] in the answers file.",
        )
    raise InstallationError(
        "installation-incomplete",
        f"What is known of the installation is not enough; these are missing: {', '.join(found.values[0].needs)}."
        + failed,
        "Give these keys in the answers file; `omt discover` shows what was found where.",
    )


async def discover(engine: Engine, answers: ManualAnswers) -> Answers[calls.Discovery]:
    """Return all installations that any plugin found, the best first, and which plugins failed to look."""
    found = await engine.dispatch.every(
        Plugin.discover_installations, calls.DiscoverInstallations(answers=answers, run=Surroundings(engine.events))
    )
    return Answers(tuple(sorted(found.values, key=lambda discovery: discovery.precedence)), found.faults)


async def open_database(
    engine: Engine, installation: Installation, resources: AsyncExitStack
) -> tuple[SourceDatabase, Licence]:
    """Connect to the database, to be closed with `resources`, and read the licence."""
    surroundings = Surroundings(engine.events)
    database = await engine.dispatch.one(
        Plugin.open_source_database, calls.OpenSourceDatabase(installation=installation, run=surroundings)
    )
    resources.push_async_callback(database.aclose)
    licence = await engine.dispatch.one(Plugin.read_licence, calls.ReadLicence(database=database, run=surroundings))
    return database, licence


async def connect(
    engine: Engine, surroundings: Surroundings, resources: AsyncExitStack
) -> tuple[OnlineTarget, TenantStatus]:
    """Connect to the tenant, to be closed with `resources`, and ask for its state."""
    target = await engine.dispatch.one(Plugin.connect_online, calls.ConnectOnline(run=surroundings))
    resources.push_async_callback(target.aclose)
    return target, await target.status()
