"""Upload stages of plugins: the rules that a stage and its items keep, held wherever a stage enters.

A stage whose items break a rule, or that fails while it tells of them, is the fault of the plugin that brought it, not
of the one that moves the items. Run and conformance suite take stages by `dispatch.upload_stages`, so that both hold
the same.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Container, Mapping, Sequence
from dataclasses import replace
from typing import Final

from omt_core.api.findings import FindingCode
from omt_core.api.items import FoundFiles, InventoryState, Item, leads_out
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import Sentence, sentence
from omt_core.api.stages import Baseline, Differences, UploadStage
from omt_core.log_context import about
from omt_core.plugin_host.faults import blaming, wrong_answer
from omt_core.plugin_host.fit import misfit

_STAGE_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")


def admitted_stage(
    stage: UploadStage, plugin: str, hook: str, codes: Mapping[str, FindingCode], error_codes: Container[str]
) -> UploadStage:
    """Return the stage under its owner's name, telling only of items that keep the rules. Raises `PluginError`."""
    if _STAGE_NAME.fullmatch(stage.name) is None:
        raise wrong_answer(
            plugin,
            hook,
            sentence("the name {stage} of its stage is not lower-case letters and hyphens", stage=repr(stage.name)),
        )
    inventory = _Inventory(stage, plugin, codes, error_codes)
    return replace(
        stage,
        plugin=plugin,
        items=inventory.items,
        differences=None if stage.differences is None else inventory.differences,
        source_bytes=None if stage.source_bytes is None else inventory.source_bytes,
    )


def fault_in_item(item: Item, stage: str, codes: Mapping[str, FindingCode]) -> str | None:
    """Say which rule an item of a stage breaks, or None."""
    if item.stage != stage:
        return sentence(
            "an item of its stage {stage} says that it is of {other}", stage=repr(stage), other=repr(item.stage)
        )
    if not item.key:
        return sentence("an item of its stage {stage} has no key", stage=repr(stage))
    found = item.presence is InventoryState.FOUND
    # What is left behind is called what the database calls it: nobody stores anything under that name.
    if (item.path is not None and not leads_out(item.name)) if found else item.reason in codes:
        return None
    # Said of those that break a rule only: there are as many items as files.
    where = sentence("the item {item} of its stage {stage}", item=repr(item.key), stage=repr(stage))
    if not found:
        return sentence(
            "{item} is left out for the reason {reason}, which is no finding code that a plugin named",
            item=where,
            reason=repr(item.reason),
        )
    if leads_out(item.name):
        return sentence("{item} has a name that is empty or leads out: {name}", item=where, name=repr(item.name))
    return sentence("{item} is said to be there without a path", item=where)


def _keep_the_rules(files: FoundFiles, stage: str) -> bool:
    """Tell whether none of these breaks a rule that `fault_in_item` knows."""
    return files.stage == stage and all(files.keys) and not any(map(leads_out, files.names))


_END: Final[list[Item]] = []
"""Stands for the end of a stage: this very object and no other empty batch."""


class _Inventory:
    """The items of a stage, each looked at before anybody else sees it."""

    def __init__(
        self, stage: UploadStage, plugin: str, codes: Mapping[str, FindingCode], error_codes: Container[str]
    ) -> None:
        self._stage = stage
        self._plugin = plugin
        self._codes = codes
        self._error_codes = error_codes

    async def items(self) -> AsyncIterator[Sequence[Item]]:
        batches: AsyncIterator[Sequence[Item]] | None = None
        keys = _Keys()
        try:
            while True:
                with about(stage=self._stage.name), blaming(self._plugin, self.hook("items"), self._error_codes):
                    if batches is None:
                        batches = aiter(self._stage.items())
                    batch = await anext(batches, _END)
                if batch is _END:
                    return
                yield self._checked(batch, keys, "items")
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    async def differences(self, baseline: Baseline) -> Differences | None:
        find = self._stage.differences
        if find is None:
            return None
        with about(stage=self._stage.name), blaming(self._plugin, self.hook("differences"), self._error_codes):
            found = await find(baseline)
        if found is None:
            return None
        wrong = misfit(found, Differences)
        if wrong is not None:
            raise wrong_answer(
                self._plugin,
                self.hook("differences"),
                sentence("its answer is not what the stage says{misfit}", misfit=wrong),
            )
        self._checked(found.items, _Keys(), "differences")
        return found

    async def source_bytes(self) -> int | None:
        ask = self._stage.source_bytes
        if ask is None:
            return None
        with about(stage=self._stage.name), blaming(self._plugin, self.hook("source_bytes"), self._error_codes):
            said: object = await ask()
        if said is None or (type(said) is int and said >= 0):
            return said
        raise wrong_answer(
            self._plugin,
            self.hook("source_bytes"),
            sentence("its answer {said} is no number of bytes", said=repr(said)),
        )

    def hook(self, part: str) -> str:
        """Say in which part of a stage something happened."""
        return f"{Plugin.contribute_upload_stages.__name__}: {part} of {self._stage.name}"

    def _checked(self, batch: Sequence[Item], keys: _Keys, part: str) -> Sequence[Item]:
        wrong = misfit(batch, FoundFiles if isinstance(batch, FoundFiles) else Sequence[Item])
        if wrong is not None:
            raise wrong_answer(
                self._plugin, self.hook(part), sentence("a batch is not a sequence of items{misfit}", misfit=wrong)
            )
        if isinstance(batch, FoundFiles) and _keep_the_rules(batch, self._stage.name):
            again = next((key for key in batch.keys if not keys.add(key)), None)
            if again is not None:
                raise wrong_answer(self._plugin, self.hook(part), self._told_twice(again))
            return batch
        for item in batch:
            fault = fault_in_item(item, self._stage.name, self._codes)
            if fault is None and not keys.add(item.key):
                fault = self._told_twice(item.key)
            if fault is not None:
                raise wrong_answer(self._plugin, self.hook(part), fault)
        return batch

    def _told_twice(self, key: str) -> Sentence:
        return sentence(
            "its stage {stage} tells of the item {item} twice", stage=repr(self._stage.name), item=repr(key)
        )


class _Keys:
    """The keys that were told, by their hashes alone: some 16 bytes each, since a stage may have millions.

    That two different keys pass for one has a chance of one in a million at five million keys, and not again in the
    next process, which hashes otherwise.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 << 10))
        self._count = 0

    def add(self, key: str) -> bool:
        """Note a key and tell whether it is new."""
        if 2 * self._count >= len(self._slots):
            self._grow()
        digest = hash(key) & 0xFFFF_FFFF_FFFF_FFFF or 1
        place = self._place(digest)
        if self._slots[place]:
            return False
        self._slots[place] = digest
        self._count += 1
        return True

    def _place(self, digest: int) -> int:
        """Return where a key stands, or the free place where it belongs."""
        slots, last = self._slots, len(self._slots) - 1
        place = digest & last
        while (there := slots[place]) and there != digest:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for digest in before:
            if digest:
                self._slots[self._place(digest)] = digest
