"""Asks a plugin everything that can be asked without an online side, and returns what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from omt_core.api import Finding, Item, PluginError, calls
from omt_core.api.plugin import HOOKS
from omt_core.plugin_host import upload_stages
from omt_core.testing.harness import PluginFaultError, PluginHarness
from omt_core.testing.sample_calls import SampleCalls


async def ask_everything(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Mapping[str, object]:
    """Ask every hook that the plugin implements and `samples` has a call for, once, and return answers by hook.

    Raises `PluginFaultError` or `PluginError` for whatever the host would hold against the plugin.
    """
    answers: dict[str, object] = {}
    for name, hook in HOOKS.items():
        if hook.call is None or not harness.dispatch.implementers(hook.function):
            continue
        if hook.call is calls.ContributeUploadStages:
            answers[name] = await _inventory(harness, samples, workspace)
        elif hasattr(samples, name):
            answers[name] = await harness.ask(hook, getattr(samples, name)())
    return answers


def findings_in(answers: Mapping[str, object]) -> Sequence[Finding]:
    """Return all findings among answers."""
    return [
        one for answer in answers.values() if isinstance(answer, list) for one in answer if isinstance(one, Finding)
    ]


async def _inventory(harness: PluginHarness, samples: SampleCalls, workspace: Path) -> Sequence[Item]:
    items: list[Item] = []
    async with samples.database.snapshot() as snapshot:
        stages = await upload_stages(
            harness.dispatch,
            calls.ContributeUploadStages(
                installation=samples.installation,
                database=samples.database,
                workspace=workspace,
                snapshot=snapshot,
                run=samples.run,
            ),
        )
        try:
            for stage in stages:
                items += [item async for batch in stage.items() for item in batch]
        except PluginError as error:
            raise PluginFaultError(error.message) from error
    return items
