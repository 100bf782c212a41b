"""Those who read folders from where they are near: lent to who takes an inventory, and closed behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from typing_extensions import override

from omt_core.api import FolderListings, FolderLook, KnownContent, NearReader, calls
from omt_core.api.findings import Finding
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.engine.checks import DOCUMENTS, check_now
from omt_core.engine.opening import near_readers
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio


class Reader(NearReader):
    """Notes what becomes of it."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    @override
    def listings(self, *, exact: bool) -> FolderListings:
        raise NotImplementedError

    @override
    def looks(self, folders: Mapping[str, Collection[str]]) -> Mapping[str, FolderLook]:
        raise NotImplementedError

    @override
    def equal(self, root: str, files: Sequence[KnownContent], *, any_case: bool) -> Sequence[bool | None] | None:
        raise NotImplementedError

    @override
    async def aclose(self) -> None:
        self._told.append("closed")
        if self._told[0] == "break":
            raise OSError


TOLD: list[str] = []


class Fleet(Plugin):
    """Brings a reader."""

    @override
    @hookimpl
    async def open_near_readers(self, call: calls.OpenNearReaders) -> Sequence[NearReader]:
        return (Reader(TOLD),)


class Archive(Plugin):
    """Looks at documents, and fails if it is told so."""

    @override
    @hookimpl
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        TOLD.append(f"{len(call.near)} near")
        if TOLD[0] == "fail":
            raise ZeroDivisionError
        return ()


@pytest.mark.parametrize("before", [[], ["fail"]], ids=["well", "failing"])
async def test_readers_are_lent_to_the_check_of_documents_and_closed_behind_it(
    tmp_path: Path, before: list[str]
) -> None:
    TOLD[:] = before
    async with session_in(tmp_path, archive=Archive, fleet=Fleet) as session:
        await check_now(session, (DOCUMENTS,))
    assert [*before, "1 near", "closed"] == TOLD


async def test_a_reader_that_does_not_close_leaves_no_other_open(tmp_path: Path) -> None:
    TOLD[:] = ["break"]
    async with session_in(tmp_path, fleet=Fleet, other=Fleet) as session:
        with pytest.raises(OSError, match=r"^$"):
            async with near_readers(session.engine.dispatch, session.now.run):
                pass
    assert TOLD == ["break", "closed", "closed"]


async def test_without_a_plugin_for_it_nobody_is_near(tmp_path: Path) -> None:
    TOLD.clear()
    async with session_in(tmp_path, archive=Archive) as session:
        await check_now(session, (DOCUMENTS,))
    assert TOLD == ["0 near"]
