"""Everything that a plugin implements is asked, once, and stages are inventoried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from omt_core.api import InventoryState, Item, Plugin, UploadStage, calls, hookimpl
from omt_core.testing.conformance import ask_everything
from omt_core.testing.harness import PluginFaultError, PluginHarness
from omt_core.testing.sample_calls import SampleCalls

pytestmark = pytest.mark.anyio
LOGO = Item(stage="logos", key="1", name="logo.png", path=Path("/logos/logo.png"))


class Watching(Plugin):
    """Remembers what it was told."""

    told: list[str]

    @override
    @hookimpl
    async def before_phase(self, call: calls.AroundPhase) -> None:
        self.told = [f"before {call.phase}"]

    @override
    @hookimpl
    async def after_phase(self, call: calls.AroundPhase) -> None:
        self.told.append(f"after {call.phase}")

    @override
    @hookimpl
    async def observe(self, call: calls.Observe) -> None:
        self.told.append(call.event.kind)


class Bringing(Plugin):
    """Brings a stage with the items of the class."""

    items: Sequence[Item] = ()

    @override
    @hookimpl
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        async def batches() -> AsyncIterator[Sequence[Item]]:
            yield self.items

        return [UploadStage(name="logos", title="Logos", order=60, plugin="sample", items=batches)]


async def test_observers_are_told_of_phases_and_events(tmp_path: Path) -> None:
    harness = PluginHarness(Watching, "sample")
    answers = await ask_everything(harness, SampleCalls(), tmp_path)
    assert harness.plugin.told == ["before login", "after login", "notice"]  # type: ignore[attr-defined]
    assert set(answers) == {"before_phase", "after_phase", "observe"}


async def test_the_items_of_a_stage_are_read_to_the_end(tmp_path: Path) -> None:
    item = Item(stage="logos", key="1", name="logo.png", path=tmp_path / "logo.png")
    harness = PluginHarness(type("Good", (Bringing,), {"items": (item,)}), "sample")
    assert await ask_everything(harness, SampleCalls(), tmp_path) == {"contribute_upload_stages": [item]}


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ((replace(LOGO, stage="photos"),), "says that it is of 'photos'"),
        ((LOGO, replace(LOGO, name="other.png")), "'1' twice"),
        ((replace(LOGO, key=""),), "has no key"),
        ((replace(LOGO, name="../../logo.png"),), "a name that is empty or leads out"),
        ((replace(LOGO, path=None),), "without a path"),
        ((replace(LOGO, size="1"),), r"not a sequence of items\[0\].size"),
        ((LOGO, "logo.png"), r"not a sequence of items\[1\]"),
        (
            (replace(LOGO, path=None, presence=InventoryState.MISSING, reason="gone"),),
            "for the reason 'gone', which is no finding code",
        ),
    ],
)
async def test_a_stage_that_breaks_a_rule_is_a_fault(tmp_path: Path, items: Sequence[Item], fault: str) -> None:
    harness = PluginHarness(type("Bad", (Bringing,), {"items": items}), "sample")
    with pytest.raises(PluginFaultError, match=fault):
        await ask_everything(harness, SampleCalls(), tmp_path)
