"""A plugin that does what `OMT_TEST_BAD` says, as PLACE:WAY; the ways that end a process can only be tried in one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
from typing_extensions import override

from omt_core.api import Finding, FindingCode, Item, Plugin, PluginSettings, Severity, UploadStage, calls, hookimpl
from omt_core.api.hook import Policy
from omt_core.api.plugin import HOOKS

PLACE, _, WAY = os.environ.get("OMT_TEST_BAD", "nowhere:nothing").partition(":")
TAKEN = FindingCode(
    code="user-name-duplicate", severity=Severity.INFO, plugin="bad", meaning="It is ours.", remedy="None."
)


def act(place: str) -> None:
    """Do it, if this is the place."""
    if place != PLACE:
        return
    match WAY:
        case "exit":
            sys.exit(0)
        case "close":
            raise GeneratorExit
        case "print":
            print('{"event":"fake"}')
        case "block":
            while True:
                time.sleep(60)


act("import")


class Bad(Plugin):
    """Fails somewhere, in some way."""

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        act("constructor")

    @override
    @hookimpl
    def add_finding_codes(self) -> Sequence[FindingCode]:
        return (TAKEN,) if WAY == "code" else ()

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        act("hook")
        if PLACE == "task":
            async with anyio.create_task_group() as group:
                group.start_soon(_leave)
        if WAY == "write":
            await call.database.write("delete from contact")
        return ()

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        act("stages")
        return [UploadStage(name="bad", title="Bad", order=1, plugin="bad", items=_items)] if PLACE == "items" else ()


async def _leave() -> None:
    sys.exit(0)


async def _items() -> AsyncIterator[Sequence[Item]]:
    act("items")
    item = Item(stage="bad", key="1", name="x", path=Path(__file__), size=1, mtime_ns=1)
    ways = {
        "foreign": replace(item, stage="documents"),
        "nameless": replace(item, key=""),
        "out": replace(item, name="../../x"),
    }
    yield [ways[WAY]]


def _failing(name: str) -> object:
    async def hook(self: Plugin, call: object) -> object:
        match WAY:
            case "exit":
                sys.exit(0)
            case "wrong":
                return 3
        raise ZeroDivisionError(name)

    return hookimpl(hook)


_ELSEWHERE = {"thaw", "examine_machine", "compare_receipts"}  # asked by commands of their own
ISOLATED = tuple(name for name, hook in HOOKS.items() if hook.policy is Policy.ISOLATED and name not in _ELSEWHERE)
Everywhere = type("Everywhere", (Plugin,), {name: _failing(name) for name in ISOLATED})
"""Fails in every hook that does not stop a run."""
