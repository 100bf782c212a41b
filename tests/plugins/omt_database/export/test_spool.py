from __future__ import annotations

import anyio
import pytest

from omt_database.export.spool import Spool

pytestmark = pytest.mark.anyio


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool", limit=10)
    made.clear()
    return made


def kept(spool, name, size):
    path = spool.path(name)
    path.write_bytes(b"x" * size)
    spool.keep(path, size)
    return path


async def test_it_is_full_beyond_its_limit_until_files_are_deleted(spool):
    kept(spool, "a", 10)
    assert not spool.full()
    second = kept(spool, "b", 1)
    assert spool.full()
    second.unlink()
    assert not spool.full()


async def test_waiting_for_room_ends_when_a_file_is_deleted(spool):
    path = kept(spool, "a", 11)
    async with anyio.create_task_group() as group:
        group.start_soon(spool.room)
        await anyio.lowlevel.checkpoint()
        path.unlink()


async def test_it_is_private_and_begins_empty(spool, tmp_path):
    kept(spool, "a", 1)
    spool.clear()
    assert not list((tmp_path / "spool").iterdir())
