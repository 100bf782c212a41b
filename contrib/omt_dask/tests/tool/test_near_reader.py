"""Inventories whose folders are listed at their homes: the same as those of this machine, whatever happens there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from omt_core.api import (
    FindingCode,
    FolderLook,
    FoundFiles,
    Item,
    KnownFolder,
    ManifestEntry,
    NearReader,
    Notice,
    Severity,
)
from omt_core.testing.recording import RecordingContext
from omt_core.testing.stage_conformance import HOSTILE_NAMES
from omt_folders import FolderStage, Reasons, SeenFolders, disk, known
from omt_folders.known import looks
from omt_folders.look import look_at
from omt_online.verifying import archive
from omt_online.verifying.archive import ArchiveCounts, check_archive
from omt_protocol.receipt import manifest_line
from program import FLEET, Tool
from sites import Site, deadline, scheduler_is_there, site

from omt_dask.settings import DaskSettings
from omt_dask.tool import near_reader
from omt_dask.tool.near_reader import open_near_readers
from omt_dask.tool.readiness import fleet_findings

pytestmark = pytest.mark.anyio

ROWS = (
    "SELECT stage, key, name, path, size, mtime_ns, ctime_ns, state, reason, detail, digest, candidates FROM items"
    " WHERE stage != 'database'"
)
"""All that an inventory journals; how often an item was tried is the transfer's."""

LEFT = FindingCode(code="left", severity=Severity.WARNING, plugin="tests", meaning="Left.", remedy="None.")


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), {"oslo-1": "oslo=2", "bergen-1": "bergen=2"}) as running:
        yield running


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The folders that this machine has listed itself."""
    own: set[str] = set()
    listed = disk.listed

    def seen(folder: Path | str) -> Sequence[object]:
        own.add(os.fspath(folder))
        return listed(folder)

    monkeypatch.setattr(disk, "listed", seen)
    return own


def write_tree(folder: Path) -> Path:
    """Write what a disk may hold: names that mean something elsewhere, links, times far off, folders of all kinds."""
    for number, name in enumerate(HOSTILE_NAMES):
        path = folder / f"{number % 3}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
    deep = folder.joinpath(*(["deep" * 20] * 6))
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"far down")
    (folder / "0" / "file where a folder sorts").write_bytes(b"")
    (folder / "0" / "file").mkdir()
    (folder / "empty").mkdir()
    linked = folder / "linked"
    linked.mkdir()
    (linked / "file").write_bytes(b"linked to")
    (linked / "link").symlink_to("file")
    (linked / "out").symlink_to("/etc/hostname")
    (linked / "circle").symlink_to("circle")
    (linked / "folder").symlink_to(folder / "0", target_is_directory=True)
    os.mkfifo(folder / "1" / "pipe")
    os.utime(folder / "2" / "CON", ns=(0, -1)) if (folder / "2" / "CON").exists() else None
    return folder


def homes(**roots: tuple[Path, Path]) -> Mapping[str, object]:
    return {name: {"roots": {str(here): str(there)}} for name, (here, there) in roots.items()}


@asynccontextmanager
async def reading(settings: DaskSettings, run: RecordingContext) -> AsyncGenerator[Sequence[NearReader]]:
    """Lend the readers, once the workers are there."""
    readers = await open_near_readers(settings, run)
    try:
        yield readers
    finally:
        for reader in readers:
            await reader.aclose()


async def workers_are_there(running: Site, *names: str) -> None:
    await scheduler_is_there(running)
    settings = running.settings(homes={name: {"roots": {"/": "/"}} for name in names})
    while await fleet_findings(settings):  # noqa: ASYNC110 - its workers are on their way
        await anyio.sleep(0.2)


async def told(folder: Path, near: Sequence[NearReader] = ()) -> list[Item]:
    """Return all items of a folder, in their order."""
    stage = FolderStage(
        folder,
        stage="tree",
        plugin="tests",
        reasons=Reasons.all(LEFT),
        absent=LEFT.code,
        seen=SeenFolders("tests"),
        near=near,
    )
    batches = [batch async for batch in stage.row(title="Tree", order=1).items()]
    assert all(isinstance(batch, list | FoundFiles) for batch in batches)
    return [item for batch in batches for item in batch]


def said(run: RecordingContext) -> str:
    return "\n".join(str(event.message) for event in run.told(Notice))


async def test_folders_are_told_from_their_homes_as_this_machine_would(
    tmp_path: Path, two_sites: Site, looked_at: set[str]
) -> None:
    here = {name: write_tree(tmp_path / name) for name in ("oslo", "bergen")}
    for name, folder in here.items():
        (tmp_path / "there" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "there" / name).symlink_to(folder, target_is_directory=True)
    plain = {name: await told(folder) for name, folder in here.items()}
    looked_at.clear()
    run = RecordingContext(tmp_path)
    found: dict[str, list[Item]] = {}
    async with deadline():
        await workers_are_there(two_sites, "oslo", "bergen")
        settings = two_sites.settings(homes=homes(**{n: (f, tmp_path / "there" / n) for n, f in here.items()}))
        async with reading(settings, run) as near, anyio.create_task_group() as both:

            async def take(name: str) -> None:
                found[name] = await told(here[name], near)

            for name in here:
                both.start_soon(take, name)
    assert found == plain
    # What is a link only this machine can follow, what is empty there may be away there alone; at the end it asks each
    # root whether it is still there.
    own = (".", "linked", "empty", "0/file")
    assert looked_at == {str(folder / name) for folder in here.values() for name in own}
    assert not said(run)
    logs = two_sites.logs()
    assert "-read-" in logs
    assert not [name for name in HOSTILE_NAMES if len(name) > 10 and name in logs]


async def test_what_is_told_is_what_lies_at_the_home(tmp_path: Path, two_sites: Site) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, size in ((here, 3), (there, 5)):
        (folder / "below").mkdir(parents=True)
        (folder / "below" / "file").write_bytes(b"x" * size)
    async with deadline():
        await workers_are_there(two_sites, "oslo")
        settings = two_sites.settings(homes=homes(oslo=(here, there)))
        async with reading(settings, RecordingContext(tmp_path)) as near:
            (item,) = await told(here, near)
    assert (item.key, item.path, item.size) == ("below/file", here / "below" / "file", 5)


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
async def test_a_worker_that_dies_or_hangs_midway_changes_nothing(
    tmp_path: Path, fault: signal.Signals, monkeypatch: pytest.MonkeyPatch, looked_at: set[str]
) -> None:
    monkeypatch.setattr("omt_dask.tool.near_reader._ENTRIES_AT_ONCE", 20)
    folder = tmp_path / "oslo"
    for number in range(200):
        path = folder / f"{number % 40:02}" / f"file {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * number)
    plain = await told(folder)
    looked_at.clear()
    run = RecordingContext(tmp_path)
    async with deadline():
        with site(tmp_path, {"oslo-1": "oslo=2"}) as running:
            await workers_are_there(running, "oslo")
            settings = running.settings(homes=homes(oslo=(folder, folder)))
            async with reading(settings, run) as near:
                (reader,) = near
                listings = reader.listings

                def failing(*, exact: bool) -> object:
                    walks = listings(exact=exact)
                    listing = walks.listing

                    def asked(path: str) -> object:
                        if path.endswith("/05"):
                            running.send("oslo-1", fault)
                            monkeypatch.setattr(walks, "_patience", 0.5)
                        return listing(path)

                    monkeypatch.setattr(walks, "listing", asked)
                    return walks

                monkeypatch.setattr(reader, "listings", failing)
                found = await told(folder, near)
    assert found == plain
    assert str(folder / "39") in looked_at
    assert str(folder / "01") not in looked_at


@pytest.mark.parametrize("empty", [False, True], ids=["absent", "not mounted"])
async def test_a_worker_that_cannot_see_its_root_is_named_and_this_machine_looks_itself(
    tmp_path: Path, two_sites: Site, looked_at: set[str], *, empty: bool
) -> None:
    here = {name: write_tree(tmp_path / name) for name in ("oslo", "bergen")}
    plain = {name: await told(folder) for name, folder in here.items()}
    looked_at.clear()
    run = RecordingContext(tmp_path)
    away = tmp_path / "not there"
    if empty:
        away.mkdir()
    async with deadline():
        await workers_are_there(two_sites, "oslo", "bergen")
        roots = homes(oslo=(here["oslo"], away), bergen=(here["bergen"], here["bergen"]), tromso=(away, away))
        async with reading(two_sites.settings(homes=roots), run) as near:
            assert {name: await told(folder, near) for name, folder in here.items()} == plain
    assert f"The worker oslo-1 cannot see {away}" in said(run)
    assert "No worker has the resource tromso" in said(run)
    assert str(here["oslo"] / "0") in looked_at
    assert str(here["bergen"] / "0") not in looked_at


async def test_a_scheduler_that_is_not_there_is_said_and_nobody_is_near(tmp_path: Path) -> None:
    run = RecordingContext(tmp_path)
    async with deadline():
        settings = DaskSettings.model_validate(
            {"scheduler": "tcp://scheduler.example.com:1", "homes": homes(oslo=(tmp_path, tmp_path))}
        )
        assert not await open_near_readers(settings, run)
    assert "is not encrypted" in said(run)
    assert "What lies there is read from this machine instead." in said(run)


@pytest.mark.parametrize("cancelled", [False, True], ids=["fails", "cancelled"])
async def test_the_connection_ends_whatever_it_is_that_nobody_is_near_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, cancelled: bool
) -> None:
    ended: list[str] = []
    asked = anyio.Event()

    @asynccontextmanager
    async def connected(*_: object) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            ended.append("connection")

    async def looked(*_: object) -> None:
        asked.set()
        if cancelled:
            await anyio.sleep_forever()
        raise KeyError

    monkeypatch.setattr(near_reader, "connected", connected)
    monkeypatch.setattr(near_reader, "looked", looked)
    run, settings = RecordingContext(tmp_path), DaskSettings(scheduler="tls://scheduler.example.com:1")
    async with deadline(20), anyio.create_task_group() as opening:
        opening.start_soon(open_near_readers, settings, run)
        await asked.wait()
        if cancelled:
            opening.cancel_scope.cancel()
    assert ended == ["connection"]
    assert ("What lies there is read from this machine instead." in said(run)) is not cancelled


async def test_a_migration_journals_the_same_rows_and_no_folder_of_a_home_is_listed_by_the_tool(
    tmp_path: Path, two_sites: Site, omt_installation: Callable[..., Path]
) -> None:
    plants = {"missing-file": 1, "orphan": 2, "wrong-case": 1, "wrong-period": 1, "hostile-name": 2}
    tool = Tool(
        tmp_path, await anyio.to_thread.run_sync(lambda: omt_installation(users=3, documents=40, plants=plants))
    )
    drives = {name: tool.site / "machine" / drive for name, drive in (("oslo", "C"), ("bergen", "D"))}
    rows: dict[str, list[tuple[object, ...]]] = {}
    async with deadline():
        await workers_are_there(two_sites, *drives)
        fleet = two_sites.settings(homes=homes(**{name: (drive, drive) for name, drive in drives.items()}))
        for name, settings in (("plain", ""), ("fleet", FLEET + toml_of(fleet))):
            with tool.tenant(name):
                code, _ = await anyio.to_thread.run_sync(tool.migrate, name, settings)
                assert code == 0, tool.output[-3_000:]
                assert "looks_there" not in two_sites.logs()
                code, again = await anyio.to_thread.run_sync(tool.migrate, name, settings, "--recover", "missing")
                assert (code, again["sent"]["files"]) == (0, 0), tool.output[-3_000:]
            with closing(sqlite3.connect(tmp_path / f"work-{name}" / "journal.sqlite")) as journal:
                rows[name] = journal.execute(ROWS).fetchall()
    assert "read from this machine instead" not in tool.output
    assert len(rows["plain"]) > 40
    assert rows["fleet"] == rows["plain"]
    assert tool.manifest("fleet") == tool.manifest("plain")
    assert "looks_there" in two_sites.logs()


async def test_a_recovery_looks_at_folders_at_their_homes_and_here_where_nobody_answers(
    tmp_path: Path, two_sites: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = {name: (tmp_path / "here" / name, tmp_path / "there" / name) for name in ("oslo", "bergen", "tool")}
    before: list[KnownFolder] = []
    for root, there in roots.values():
        for folder in ("2019.1", "2019.2"):
            for place, text in ((root, b"of the share"), (there, b"of the home")):
                (place / folder / "below").mkdir(parents=True)
                (place / folder / "Avtale.docx").write_bytes(text)
                (place / folder / "left.docx").write_bytes(b"")
            before.append(KnownFolder(str(root / folder), 1, b""))
    others = {folder.path: {"left.docx", "below"} for folder in before}
    here: list[str] = []

    def seen(folder: str, names: Collection[str]) -> FolderLook | None:
        here.append(folder)
        return look_at(folder, names)

    def looked() -> Mapping[str, FolderLook | None]:
        here.clear()
        return {folder.path: look for folder, look in looks(before, others, near)}

    def told(place: int) -> Mapping[str, FolderLook | None]:
        return {
            str(root / name): look_at(str((root, there)[place] / name), {"left.docx", "below"})
            for root, there in roots.values()
            for name in ("2019.1", "2019.2")
        }

    monkeypatch.setattr(known, "look_at", seen)
    run = RecordingContext(tmp_path)
    async with deadline():
        await workers_are_there(two_sites, "oslo", "bergen")
        settings = two_sites.settings(homes=homes(oslo=roots["oslo"], bergen=roots["bergen"]))
        async with reading(settings, run) as near:
            own = {str(roots["tool"][0] / name) for name in ("2019.1", "2019.2")}
            assert await anyio.to_thread.run_sync(looked) == {**told(1), **{path: told(0)[path] for path in own}}
            assert set(here) == own
            two_sites.send("oslo-1", signal.SIGSTOP)
            try:
                monkeypatch.setattr(near[0], "_patience", 0.5)
                found = await anyio.to_thread.run_sync(looked)
                assert await anyio.to_thread.run_sync(looked) == found
            finally:
                two_sites.send("oslo-1", signal.SIGCONT)
    own |= {str(roots["oslo"][0] / name) for name in ("2019.1", "2019.2")}
    assert found == {**told(1), **{path: told(0)[path] for path in own}}
    assert set(here) == own
    assert said(run).count("The workers of oslo do not read there any more") == 1


@pytest.mark.parametrize("change", [None, "Avtale 1.docx"], ids=["as migrated", "changed"])
async def test_the_files_of_a_receipt_are_read_at_their_homes_to_the_same_result(
    tmp_path: Path, two_sites: Site, monkeypatch: pytest.MonkeyPatch, change: str | None
) -> None:
    roots = {name: tmp_path / name for name in ("oslo", "bergen")}
    entries: list[ManifestEntry] = []
    for place, root in enumerate(roots.values()):
        for number in range(30):
            path = root / "HH" / "2019.1" / f"{place} Avtale {number}.docx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(path.name.encode())
            entries.append(
                ManifestEntry(
                    stage="documents",
                    key=f"{place}-{number:02}",
                    name=f"HH/2019.1/{path.name.upper()}",  # as the database spells it
                    size=path.stat().st_size,
                    digest=sha256(path.read_bytes()).hexdigest(),
                )
            )
            if change is not None and path.name.endswith(change):
                path.write_bytes(b"changed")
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(b"".join(manifest_line(entry) + b"\n" for entry in entries))

    def checked(near: Sequence[NearReader]) -> tuple[ArchiveCounts, list[str]]:
        counts = ArchiveCounts()
        return counts, list(map(str, check_archive(list(roots.values()), {}, manifest, counts, near)))

    plain = await anyio.to_thread.run_sync(checked, ())
    read_here: list[str] = []
    digest = archive._digest  # pyright: ignore[reportPrivateUsage]

    def seen(path: Path) -> str | None:
        read_here.append(path.name)
        return digest(path)

    monkeypatch.setattr(archive, "_digest", seen)
    run = RecordingContext(tmp_path)
    async with deadline():
        await workers_are_there(two_sites, *roots)
        settings = two_sites.settings(homes=homes(**{name: (root, root) for name, root in roots.items()}))
        async with reading(settings, run) as near:
            assert await anyio.to_thread.run_sync(checked, near) == plain
            changed = 0 if change is None else 2
            assert (plain[0].equal, plain[0].differing, len(plain[1])) == (60 - changed, changed, changed)
            assert len(set(read_here)) == changed
            # A home that is lost is read from here.
            two_sites.send("oslo-1", signal.SIGSTOP)
            try:
                monkeypatch.setattr(near[0], "_patience", 0.5)
                assert await anyio.to_thread.run_sync(checked, near) == plain
            finally:
                two_sites.send("oslo-1", signal.SIGCONT)
    assert len({name for name in read_here if name.startswith("0")}) == 30
    assert "Avtale" not in two_sites.logs()


def toml_of(settings: DaskSettings) -> str:
    """Return the section of a settings file."""
    files = "".join(
        f"{name} = {json.dumps(str(getattr(settings, name)))}\n" for name in ("ca_file", "cert_file", "key_file")
    )
    homes = "".join(
        f"[dask.homes.{name}.roots]\n"
        + "".join(f"{json.dumps(here)} = {json.dumps(there)}\n" for here, there in home.roots.items())
        for name, home in settings.homes.items()
    )
    return f"[dask]\nscheduler = {json.dumps(settings.scheduler)}\n{files}{homes}"
