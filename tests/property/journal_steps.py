"""What the steps of the journal machine are about: few names and contents, so that they meet again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from omt_core.api.items import InventoryState, Item, ItemState, TablePart
from omt_core.api.journal import BundleMember, ItemId, Outcome
from tests.property.journal_model import FREE, JournalModel, allowed

STAGES = ("customer service", "documents")
KEYS = ("A", "a", "a/b", "\udcff", "\uffff", "\U0001f4c4")
DIGESTS = tuple(f"{number:02x}" * 32 for number in (0, 1, 0x9F, 0xFF))
TEXTS = ("", "why", "line\nfeed", "\udcff", "\U0001f4c4")

keys = st.sampled_from(KEYS)
stages = st.sampled_from(STAGES)
digests = st.sampled_from(DIGESTS)
sizes = st.sampled_from((0, 5, 1 << 40))
times = st.sampled_from((0, 1, 1_700_000_000_123_456_789))
parts = st.builds(
    TablePart,
    table=st.sampled_from(("contact", "person")),
    number=st.integers(0, 2),
    rows=st.integers(0, 3),
    fingerprint=st.just("0f" * 16),
    last=st.booleans(),
    omitted_columns=st.sampled_from(((), ("password",))),
)


@st.composite
def batches(draw: st.DrawFn) -> list[Item]:
    """Draw what an inventory may tell at once: items of one stage, each key once."""
    stage = draw(stages)
    return [_item(draw, stage, key) for key in draw(st.lists(keys, min_size=1, max_size=6, unique=True))]


def _item(draw: st.DrawFn, stage: str, key: str) -> Item:
    presence = draw(st.sampled_from([InventoryState.FOUND] * 4 + list(InventoryState)))
    if presence is InventoryState.FOUND:
        return Item(
            stage=stage,
            key=key,
            name=draw(keys),
            path=Path("archive") / draw(keys),
            size=draw(sizes),
            mtime_ns=draw(times),
            part=draw(st.none() | st.none() | parts),
        )
    return Item(
        stage=stage,
        key=key,
        name=key,
        presence=presence,
        reason=f"document-{presence.value}",
        detail=draw(st.sampled_from(TEXTS)),
        candidates=draw(st.sampled_from(((), ("near by", "\udcff")))),
    )


def seen_again(data: DataObject, model: JournalModel) -> list[Item]:
    """Draw what a later inventory tells of items that there are: as they were, or with another size or time."""
    stage, _ = data.draw(st.sampled_from(sorted(model.items)))
    return [
        Item(
            stage=stage,
            key=key,
            name=key,
            size=data.draw(st.just(known.size) | sizes),
            mtime_ns=data.draw(st.just(known.mtime_ns) | times),
        )
        for (of, key), known in sorted(model.items.items())
        if of == stage and data.draw(st.booleans())
    ]


def known_ids(data: DataObject, model: JournalModel, *, most: int = 4) -> list[ItemId]:
    """Draw items that there are."""
    return data.draw(st.lists(st.sampled_from(sorted(model.items)), min_size=1, max_size=most, unique=True))


def allowed_outcomes(data: DataObject, model: JournalModel, ids: Sequence[ItemId]) -> list[Outcome]:
    """Draw for each item what may become of it."""
    return [
        _outcome(data, model, one, [state for state in ItemState if allowed(model.items[one].state, state)])
        for one in ids
    ]


def forbidden_outcome(data: DataObject, model: JournalModel, others: Sequence[ItemId]) -> Outcome:
    """Draw what can become of no item: a move that is not allowed, or one of an item that is not known."""
    strangers = [(stage, key) for stage in STAGES for key in KEYS if (stage, key) not in model.items]
    impossible = [
        (one, state)
        for one in sorted(model.items)
        if one not in others
        for state in ItemState
        if not allowed(model.items[one].state, state)
    ]
    choices: list[SearchStrategy[Outcome]] = []
    if strangers:
        choices.append(st.builds(Outcome, id=st.sampled_from(strangers), state=st.sampled_from(ItemState)))
    if impossible:
        choices.append(st.sampled_from(impossible).map(lambda pair: Outcome(id=pair[0], state=pair[1])))
    return data.draw(st.one_of(choices))


def _outcome(data: DataObject, model: JournalModel, one: ItemId, states: Sequence[ItemState]) -> Outcome:
    state = data.draw(st.sampled_from(states))
    # A transfer confirms nothing without a digest.
    needed = state is ItemState.CONFIRMED and model.items[one].digest is None
    return Outcome(
        id=one,
        state=state,
        digest=data.draw(digests if needed else st.none() | digests),
        size=data.draw(st.none() | sizes),
        mtime_ns=data.draw(st.none() | times),
        reason="" if state is ItemState.CONFIRMED else data.draw(st.sampled_from(("", "file-vanished"))),
        detail="" if state is ItemState.CONFIRMED else data.draw(st.sampled_from(TEXTS)),
        sent=data.draw(st.booleans()),
    )


def members(data: DataObject, model: JournalModel) -> tuple[BundleMember, ...]:
    """Draw what an upload holds: items that are open, or were when it was made up and are confirmed or gone by now."""
    ids = [one for one in known_ids(data, model) if model.items[one].state not in FREE]
    if data.draw(st.sampled_from((False, False, False, True))):
        ids.append((data.draw(stages), data.draw(keys)))
    return tuple(
        BundleMember(stage=stage, key=key, digest=data.draw(digests), size=data.draw(sizes))
        for stage, key in dict.fromkeys(ids)
    )
