"""Small sessions: a real journal, real plugins, and an installation in which nothing is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omt_core.api.calls import RecoveryPlan
from omt_core.api.decisions import Decisions, MigrationMode
from omt_core.api.hook import RoleSettings
from omt_core.api.online import OnlineTarget, TenantStatus
from omt_core.api.plugin import Plugin, PluginSettings
from omt_core.engine.session import Engine, Located, MigrationSession
from omt_core.journal import Journal
from omt_core.plugin_host import Candidate, Dispatch, EventHub, PluginHost, PluginState
from omt_core.testing.samples import SAMPLE_INSTALLATION, SAMPLE_LICENCE, EmptyDatabase


def engine_with(**classes: type[Plugin]) -> Engine:
    """Put an engine together in which these plugins take part."""
    candidates = [
        Candidate(name=name, version="1", source="test", default=False, state=PluginState.ACTIVE, plugin_class=one)
        for name, one in classes.items()
    ]
    host, events = PluginHost(candidates, lambda _: PluginSettings()), EventHub()
    return Engine(host=host, dispatch=Dispatch(host, RoleSettings(), events, seconds=5), events=events)


@asynccontextmanager
async def session_in(
    folder: Path,
    *,
    engine: Engine | None = None,
    decisions: Decisions | None = None,
    target: OnlineTarget | None = None,
    plan: RecoveryPlan | None = None,
    status: TenantStatus | None = None,
    **classes: type[Plugin],
) -> AsyncIterator[MigrationSession]:
    """Open a small session with an engine of its own, in which these plugins take part."""
    engine = engine or engine_with(**classes)
    async with Journal.open(folder / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        session = MigrationSession(
            engine,
            journal,
            folder=folder,
            located=Located(
                installation=SAMPLE_INSTALLATION,
                database=EmptyDatabase(),
                licence=SAMPLE_LICENCE,
                target=target,
                status=status,
                plan=plan or RecoveryPlan(mode=MigrationMode.INITIAL),
            ),
            decisions=decisions or Decisions(),
        )
        with engine.events.findings_kept(lambda finding: session.log.add("raised", (finding,))):
            yield session
