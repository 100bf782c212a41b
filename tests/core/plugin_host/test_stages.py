"""A stage enters through one door, and what is wrong in it is the fault of the plugin that brought it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.errors import OnlineError, PluginError
from omt_core.api.items import FoundFiles, Item, leads_out
from omt_core.api.stages import Differences, UploadStage
from omt_core.plugin_host.faults import FaultError
from omt_core.plugin_host.stages import _Keys, admitted_stage

pytestmark = pytest.mark.anyio
LOGO = Item(stage="logos", key="1", name="logo.png", path=Path("/logos/logo.png"))


def logos(*keys: str, stage: str = "logos", **columns: Any) -> FoundFiles:
    """Return files in columns, each named by its key."""
    numbers = list(range(len(keys)))
    files = FoundFiles(
        stage=stage, keys=keys, names=keys, locations=[f"/logos/{key}" for key in keys], sizes=numbers,
        mtimes_ns=numbers, ctimes_ns=numbers,
    )  # fmt: skip
    return replace(files, **columns)


def stage_of(items: Callable[[], AsyncIterator[Any]], **fields: Any) -> UploadStage:
    stage = UploadStage(name="logos", title="Logos", order=1, plugin="upload", items=items)
    return admitted_stage(replace(stage, **fields), "bad", "contribute_upload_stages", {}, ())


def telling(*batches: object) -> Callable[[], AsyncIterator[Any]]:
    async def items() -> AsyncIterator[Any]:
        for batch in batches:
            yield batch

    return items


async def told(stage: UploadStage) -> list[Sequence[Item]]:
    return [batch async for batch in stage.items()]


async def test_items_pass_as_they_are_and_an_empty_batch_ends_nothing() -> None:
    other = replace(LOGO, key="2")
    assert await told(stage_of(telling((LOGO,), (), [other]))) == [(LOGO,), (), [other]]


async def test_files_in_columns_pass_as_they_are() -> None:
    files = logos("1", "2")
    (batch,) = await told(stage_of(telling(files)))
    assert batch is files


@pytest.mark.parametrize(
    "batches",
    [
        ((replace(LOGO, stage="documents"),),),
        ((LOGO,), (LOGO,)),
        ((replace(LOGO, key=""),),),
        ((replace(LOGO, name="/etc/passwd"),),),
        (logos("1", stage="documents"),),
        (logos("1", "2", "1"),),
        (logos("1"), logos("2", "1")),
        (logos("1"), (LOGO,)),
        (logos("1", ""),),
        (logos("1", names=("/etc/passwd",)),),
        (logos("1", names=(b"1",)),),
        (logos("1", sizes=("1",)),),
        ("text",),
        (None,),
        (3,),
    ],
)
async def test_what_breaks_a_rule_is_the_fault_of_the_stages_owner(batches: Sequence[object]) -> None:
    with pytest.raises(FaultError) as caught:
        await told(stage_of(telling(*batches)))
    assert (caught.value.plugin, caught.value.code) == ("bad", "plugin-answered-wrongly")
    assert "items of logos" in caught.value.message


@pytest.mark.parametrize("error", [ZeroDivisionError("boom"), SystemExit(0), GeneratorExit(), asyncio.CancelledError()])
async def test_what_a_stage_raises_is_the_fault_of_its_owner(error: BaseException) -> None:
    async def items() -> AsyncIterator[Any]:
        yield (LOGO,)
        raise error

    with pytest.raises(FaultError) as caught:
        await told(stage_of(items))
    assert (caught.value.plugin, caught.value.code) == ("bad", "plugin-raised")


async def test_a_stage_that_is_no_stream_is_the_fault_of_its_owner() -> None:
    with pytest.raises(FaultError, match=r"bad.*TypeError"):
        await told(stage_of(lambda: None))  # type: ignore[arg-type,return-value]  # what a bad plugin does


async def test_trouble_outside_keeps_its_words() -> None:
    async def items() -> AsyncIterator[Any]:
        raise OnlineError("gone", "It went away.", "Wait.")
        yield ()

    with pytest.raises(OnlineError, match="went away"):
        await told(stage_of(items))


async def test_differences_keep_the_same_rules() -> None:
    async def differences(baseline: object) -> Differences:
        return Differences((replace(LOGO, stage="documents"),))

    stage = stage_of(telling(), differences=differences)
    assert stage.differences is not None
    with pytest.raises(PluginError, match=r"differences of logos.*'documents'"):
        await stage.differences(None)  # type: ignore[arg-type]  # no baseline is looked at


@pytest.mark.parametrize("name", ["Ev il/..", "", "Logos", "a/b", "a" * 65, "-a"])
def test_a_bad_name_of_a_stage_is_refused(name: str) -> None:
    with pytest.raises(PluginError, match="the name"):
        stage_of(telling(), name=name)


@given(st.text(), st.sampled_from(["/", "\\"]))
def test_a_name_that_passes_stays_in_its_folder(name: str, separator: str) -> None:
    parts = name.replace("\\", "/").split("/")
    assert leads_out(f"..{separator}{name}")
    assert leads_out(f"{separator}{name}")
    assert leads_out(f"x{separator}..{separator}{name}")
    assert leads_out(name) or (name != "" and ".." not in parts and not PurePosixPath(*parts).is_absolute())


@given(st.lists(st.text(max_size=3)))
def test_keys_are_told_apart(keys: list[str]) -> None:
    known, seen = _Keys(), set[str]()
    for key in keys:
        assert known.add(key) == (key not in seen)
        seen.add(key)


def test_many_keys_are_told_apart() -> None:
    known = _Keys()
    assert all(known.add(str(number)) for number in range(10_000))
    assert not any(known.add(str(number)) for number in range(10_000))


@pytest.mark.parametrize("said", [-1, 2.5, True, "many"])
async def test_what_a_source_stores_is_a_number_of_bytes(said: object) -> None:
    async def source_bytes() -> Any:
        return said

    stage = stage_of(telling(), source_bytes=source_bytes)
    assert stage.source_bytes is not None
    with pytest.raises(PluginError, match="source_bytes of logos"):
        await stage.source_bytes()


@pytest.mark.parametrize("said", [0, 10**12, None])
async def test_a_source_may_say_what_it_stores(said: int | None) -> None:
    async def source_bytes() -> int | None:
        return said

    stage = stage_of(telling(), source_bytes=source_bytes)
    assert stage.source_bytes is not None
    assert await stage.source_bytes() == said
