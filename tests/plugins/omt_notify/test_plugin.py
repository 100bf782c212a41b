"""The plugin observes, never holds up, and says what it could not tell."""

from __future__ import annotations

import argparse
import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from omt_core.api import (
    Event,
    Finding,
    FindingRaised,
    Notice,
    OmtError,
    PhaseStarted,
    RunEnded,
    StageChanged,
    StageState,
    calls,
)
from omt_core.api.decisions import Decisions, MigrationMode
from omt_core.testing.recording import RecordingContext
from omt_notify import NotifyPlugin
from omt_notify.settings import NotifySettings
from tests.plugins.omt_notify.servers import mail_server

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 30, 3, 40, tzinfo=UTC)
LIFE: Sequence[Event] = (PhaseStarted(phase="upload"), RunEnded(exit_code=0, migration="live", completed=True))
PAUSE: Sequence[Event] = (
    PhaseStarted(phase="upload"),
    StageChanged(stage="documents", title="Documents", state=StageState.PAUSED),
)
ADDRESSES: dict[str, Any] = {"sender": "omt@example.com", "recipients": ("night@example.com",), "smtp_security": "none"}


async def observe(plugin: NotifyPlugin, events: Sequence[Event] = LIFE) -> list[Finding]:
    """Have the plugin observe, and return what it found."""
    run = RecordingContext()
    for event in events:
        await plugin.observe(calls.Observe(event=event, at=AT, run=run))
    return [event.finding for event in run.events if isinstance(event, FindingRaised)]


async def settle(plugin: NotifyPlugin) -> int:
    return len(await anyio.to_thread.run_sync(plugin._delivery.settle))


async def test_the_end_of_a_migration_is_told() -> None:
    with mail_server() as server:
        plugin = NotifyPlugin(NotifySettings(smtp_host="127.0.0.1", smtp_port=server.port, **ADDRESSES))
        await observe(plugin)
        assert await settle(plugin) == 0
    assert [mail["Subject"].partition(" on ")[0] for mail in server.mails] == ["The live migration"]


async def test_nobody_is_told_before_somebody_is_named() -> None:
    plugin = NotifyPlugin(NotifySettings())
    await observe(plugin)
    assert plugin._delivery._thread is None


async def test_a_mail_server_that_says_nothing_holds_up_no_event_and_becomes_a_finding() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as dumb:  # takes the line, and never says a word
        settings = NotifySettings(
            smtp_host="127.0.0.1", smtp_port=dumb.getsockname()[1], tries=1, timeout_seconds=0.3, **ADDRESSES
        )
        plugin = NotifyPlugin(settings)
        assert await observe(plugin, PAUSE) == []
        await anyio.to_thread.run_sync(plugin._delivery._thread.shutdown)  # type: ignore[union-attr]  # it was begun
    run = RecordingContext()
    await plugin.after_phase(
        calls.AroundPhase(phase="upload", mode=MigrationMode.INITIAL, decisions=Decisions(), run=run)
    )
    (raised,) = [event for event in run.events if isinstance(event, FindingRaised)]
    assert raised.finding.code == "message-not-told"
    assert "by e-mail: SMTPServerDisconnected" in raised.finding.message


async def test_a_last_message_that_is_not_told_is_a_finding_of_the_end_itself() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = NotifySettings(smtp_host="127.0.0.1", smtp_port=port, tries=2, retry_seconds=0, **ADDRESSES)
    (finding,) = await observe(NotifyPlugin(settings))
    assert finding.code == "message-not-told"
    assert finding.message == (
        "The message that says completed could not be delivered by e-mail: ConnectionRefusedError."
    )


async def test_the_end_waits_for_no_message_that_is_tried_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omt_notify.plugin._PATIENCE", 0.05)
    tried = threading.Event()
    plugin = NotifyPlugin(NotifySettings(smtp_host="127.0.0.1", smtp_port=1, tries=2, **ADDRESSES))
    plugin._delivery._pause = lambda _: tried.wait()
    (finding,) = await observe(plugin)
    tried.set()
    assert await settle(plugin) == 1, "it was tried on"
    assert "by e-mail: still-tried" in finding.message


class Context:
    """What the command line lends a command."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def print(self, text: str = "") -> None:
        self.said.append(text)

    def finish(self, exit_code: int, **fields: object) -> int:
        return exit_code


async def trial(settings: NotifySettings, *, test: bool = True) -> tuple[int, list[str]]:
    context = Context()
    (command,) = NotifyPlugin(settings).add_commands()
    code = await command.run(context, argparse.Namespace(test=test))  # type: ignore[arg-type]  # what it uses of a context
    return code, context.said


async def test_a_trial_is_sent_and_said() -> None:
    with mail_server() as server:
        settings = NotifySettings(smtp_host="127.0.0.1", smtp_port=server.port, **ADDRESSES)
        assert await trial(settings) == (0, ["The trial was handed over; look whether it arrived."])
    assert "this is a trial" in server.mails[0]["Subject"]


async def test_a_trial_that_fails_says_why_and_one_without_settings_what_is_missing() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with pytest.raises(OmtError) as failed:
        await trial(NotifySettings(smtp_host="127.0.0.1", smtp_port=port, **ADDRESSES))
    assert (failed.value.code, failed.value.exit_code) == ("trial-not-told", 4)
    assert "by e-mail: ConnectionRefusedError" in failed.value.message
    with pytest.raises(OmtError) as nobody:
        await trial(NotifySettings())
    assert nobody.value.code == "notify-not-set"
    with pytest.raises(OmtError) as nothing:
        await trial(NotifySettings(), test=False)
    assert nothing.value.code == "usage"


async def test_a_tenant_that_is_gone_for_long_is_told_while_notices_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    alarms: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []
    monkeypatch.setattr(
        loop, "call_later", lambda seconds, ring, *given: alarms.append((seconds, ring, given)) or Alarm()
    )
    with mail_server() as server:
        plugin = NotifyPlugin(
            NotifySettings(smtp_host="127.0.0.1", smtp_port=server.port, tenant_gone_minutes=7, **ADDRESSES)
        )
        await observe(plugin, [PhaseStarted(phase="upload"), Notice(message="Gone."), Notice(message="Gone still.")])
        monkeypatch.undo()
        ((seconds, ring, given),) = alarms
        assert seconds == 420
        ring(*given)
        assert await settle(plugin) == 0
    assert "has not moved for a while" in server.mails[0]["Subject"]


class Alarm:
    def cancel(self) -> None:
        """Nothing rings by itself in a test."""
