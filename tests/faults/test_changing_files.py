"""Files that change, vanish or grow while they are sent: what is online is a content that they really had."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from omt_core.api.items import ItemState
from omt_core.journal import Journal
from omt_core.testing.fault_proxy import fault_proxy
from tests.faults.end_state import assert_store_is_sound, stored
from tests.faults.processes import ServedTenant
from tests.faults.transfers import Transfers, transfer

pytestmark = pytest.mark.anyio

Change = Callable[[Path, random.Random], bytes | None]
"""Changes a file and returns the content that it has afterwards; None when it has none."""


def rewritten(path: Path, chance: random.Random) -> bytes:
    content = chance.randbytes(path.stat().st_size)
    path.write_bytes(content)
    return content


def replaced(path: Path, chance: random.Random) -> bytes:
    content = chance.randbytes(chance.randint(0, 20_000))
    other = path.with_name(f".{path.name}.new")
    other.write_bytes(content)
    other.replace(path)
    return content


def grown(path: Path, chance: random.Random) -> bytes:
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.choice((1, 200_000))))
    return path.read_bytes()


def cut(path: Path, chance: random.Random) -> bytes:
    os.truncate(path, path.stat().st_size // 2)
    return path.read_bytes()


def removed(path: Path, chance: random.Random) -> None:
    path.unlink()


def made_a_folder(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


def made_a_pipe(path: Path, chance: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def made_a_link(path: Path, chance: random.Random) -> bytes:
    """A link to a content that is nowhere else in the archive."""
    content = chance.randbytes(5_000)
    target = path.parent.parent / f"elsewhere-{path.name}"
    target.write_bytes(content)
    path.unlink()
    path.symlink_to(target)
    return content


CHANGES: list[Change] = [rewritten, replaced, grown, cut, removed, made_a_folder, made_a_pipe, made_a_link]


@pytest.mark.parametrize("seed", range(10))
async def test_what_is_online_is_a_content_that_the_file_had_or_the_item_says_why_not(
    transfers: Transfers, tenant: ServedTenant, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    archive = tmp_path / "archive"
    shutil.copytree(transfers.archive, archive)
    paths = sorted(path for path in archive.rglob("*") if path.is_file())
    had = {path: {path.read_bytes()} for path in paths}
    async with fault_proxy(tenant.port) as way:

        def strike(path: Path, change: Change) -> None:
            """Change a file, or whatever another strike has made of it, in the middle of the transfer."""
            if path.is_file() and (content := change(path, chance)) is not None:
                had[path].add(content)

        # The two large files are being sent for most of the time: they are struck each time, and others with them.
        for path in [*(archive / name for name in ("large.bin", "odd.bin")), *chance.sample(paths, 10)]:
            moment, change = int(transfers.sent * chance.uniform(0.01, 0.95)), chance.choice(CHANGES)
            way.when_passed(moment, lambda path=path, change=change: strike(path, change))
        await transfer(archive, tmp_path, tenant, way)
        # A change that came behind the sending of its file is for the next run, which nobody disturbs.
        await transfer(archive, tmp_path, tenant, way)
    online = stored(tenant.directory)
    contents = {path: {hashlib.sha256(content).hexdigest() for content in known} for path, known in had.items()}
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        async for batch in journal.items.records():
            for record in batch:
                assert record.path is not None
                if record.state is ItemState.CONFIRMED:
                    assert record.digest in contents[record.path] & online
                else:
                    assert record.state in {ItemState.MISSING, ItemState.FAILED}
                    assert record.reason
    assert_store_is_sound(tenant)


async def test_a_file_that_never_stands_still_is_left_behind_with_its_reason(
    transfers: Transfers, tenant: ServedTenant, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(transfers.archive, archive)
    restless = archive / "large.bin"
    async with fault_proxy(tenant.port) as way:

        def touch(nth: int) -> None:
            os.utime(restless, ns=(nth, nth))
            way.when_said("PATCH /v1/uploads/", lambda: touch(nth + 1))

        touch(1)
        await transfer(archive, tmp_path, tenant, way)
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        left = [record async for batch in journal.items.records(states=(ItemState.FAILED,)) for record in batch]
    assert [(record.key, record.reason) for record in left] == [("large.bin", "file-changed-while-read")]
    assert hashlib.sha256(restless.read_bytes()).hexdigest() not in stored(tenant.directory)
    assert_store_is_sound(tenant)
