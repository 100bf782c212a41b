"""Asks a plugin everything that can be asked without an online side, and returns what it answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from omt_core.api import Finding, InventoryState, Item, MigrationMode, Notice, UploadStage, calls
from omt_core.testing.harness import PluginFaultError, PluginHarness
from omt_core.testing.sample_calls import SampleCalls

Question = Callable[[], Awaitable[object]]


async def ask_everything(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Mapping[str, object]:
    """Ask every rule, proposal, stage and observer that the plugin implements, once, and return answers by hook.

    Raises `PluginFaultError` or `PluginError` for whatever the host would hold against the plugin.
    """
    answers: dict[str, object] = {}
    for hook, question in _questions(harness, samples, workspace).items():
        if harness.bus.implementers(hook):
            answers[hook] = await question()
            harness.refuse_faults()
    return answers


def findings_in(answers: Mapping[str, object]) -> Sequence[Finding]:
    """Return all findings among answers."""
    return [
        one for answer in answers.values() if isinstance(answer, list) for one in answer if isinstance(one, Finding)
    ]


def _questions(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Mapping[str, Question]:
    bus, run = harness.bus, samples.run
    phase = calls.AroundPhase(phase="login", mode=MigrationMode.INITIAL, decisions=samples.decisions, run=run)
    event = calls.Observe(event=Notice(message="A line for a person."), at=datetime(2020, 1, 1, tzinfo=UTC))
    return {
        "propose_plans": lambda: bus.propose_plans(samples.propose_plans()),
        "propose_user_names": lambda: bus.propose_user_names(samples.propose_user_names()),
        "list_removed_addresses": lambda: bus.list_removed_addresses(samples.list_removed_addresses()),
        "validate_installation": lambda: bus.validate_installation(samples.validate_installation()),
        "validate_users": lambda: bus.validate_users(samples.validate_users()),
        "validate_plans": lambda: bus.validate_plans(samples.validate_plans()),
        "validate_user_names": lambda: bus.validate_user_names(samples.validate_user_names()),
        "validate_documents": lambda: bus.validate_documents(samples.validate_documents()),
        "validate_migration": lambda: bus.validate_migration(samples.validate_migration()),
        "contribute_upload_stages": lambda: _inventory(harness, samples, workspace),
        "before_phase": lambda: bus.before_phase(phase),
        "after_phase": lambda: bus.after_phase(phase),
        "observe": lambda: bus.observe(event),
    }


async def _inventory(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Sequence[Item]:
    items: list[Item] = []
    async with samples.database.snapshot() as snapshot:
        stages = await harness.bus.contribute_upload_stages(
            calls.ContributeUploadStages(
                installation=samples.installation,
                database=samples.database,
                workspace=workspace,
                snapshot=snapshot,
                run=samples.run,
            )
        )
        for stage in stages:
            items += [item async for item in _items(harness, stage)]
    return items


async def _items(harness: PluginHarness, stage: UploadStage) -> AsyncIterator[Item]:
    seen: set[str] = set()
    async for batch in stage.items():
        for item in batch:
            if item.stage != stage.name:
                raise PluginFaultError(f"An item of the stage {stage.name!r} says that it is of {item.stage!r}.")
            if item.key in seen:
                raise PluginFaultError(f"The stage {stage.name!r} tells of the item {item.key!r} twice.")
            if item.presence is not InventoryState.FOUND and item.reason not in harness.host.codes:
                raise PluginFaultError(
                    f"The item {item.key!r} of {stage.name!r} is {item.presence.value} for the reason {item.reason!r}, "
                    "which is no finding code that the plugin named."
                )
            seen.add(item.key)
            yield item
