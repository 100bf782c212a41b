"""The suite for upload stages passes one that is right, and each fault that is put into it is caught by a test.

A fault is a piece of the stage's own source that is replaced by another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import pytest

from omt_core.api import UploadStage
from omt_core.testing.stage_conformance import UploadStageConformance
from tests.core.testing import folder_stage
from tests.core.testing.suite_run import TOLD, failure_of

FAULTS = {
    "has a name that the host does not take": (
        'name="recordings",\n        title',
        'name="Call recordings",\n        title',
        "test_its_row_can_be_shown",
    ),
    "has no title": ('title="Call recordings"', 'title=" "', "test_its_row_can_be_shown"),
    "tells of items of another stage": (
        'stage="recordings", key=key, name=key, path=path',
        'stage="documents", key=key, name=key, path=path',
        "test_it_tells_of_something",
    ),
    "has no keys": ("key=key, name=key, path=path", 'key="", name=key, path=path', "test_it_tells_of_something"),
    "takes the file's name for its key": (
        "key = path.relative_to(folder).as_posix()",
        "key = path.name",
        "test_it_tells_of_something",
    ),
    "takes the whole path for its name": (
        "name=key, path=path",
        "name=str(path), path=path",
        "test_it_tells_of_something",
    ),
    "does not say where a file lies": ("name=key, path=path,", "name=key,", "test_it_tells_of_something"),
    "leaves the folders below out": (
        "folders.sort()",
        "folders.clear()",
        "test_it_tells_of_all_that_is_there_once",
    ),
    "leaves empty files out": (
        "for name in sorted(names):",
        "for name in (one for one in sorted(names) if Path(parent, one).stat().st_size):",
        "test_it_tells_of_all_that_is_there_once",
    ),
    "points to another file of that name": (
        "path=path, size",
        "path=folder / path.name if (folder / path.name).exists() else path, size",
        "test_it_tells_of_all_that_is_there_once",
    ),
    "tells no sizes": ("size=status.st_size", "size=0", "test_sizes_and_times_are_those_of_the_disk"),
    "tells times in seconds": (
        "mtime_ns=status.st_mtime_ns",
        "mtime_ns=int(status.st_mtime)",
        "test_sizes_and_times_are_those_of_the_disk",
    ),
    "names another folder as its root": (
        "root=folder",
        "root=folder.parent",
        "test_its_root_gives_every_file_back_by_its_name",
    ),
    "tells of everything once only": (
        "    items = _walk(folder)\n    while",
        "    items = WALKS.setdefault(folder, _walk(folder))\n    while",
        "test_it_tells_the_same_when_it_is_asked_again",
    ),
    "numbers the files": (
        "yield _item(folder, Path(parent, name))",
        "NUMBER.append(1); yield replace(_item(folder, Path(parent, name)), key=str(len(NUMBER)))",
        "test_keys_and_names_are_the_same_in_the_next_run",
    ),
    "sees a change by the size only": (
        "!= (item.size, item.mtime_ns)",
        "[:1] != (item.size,)",
        "test_a_changed_file_is_told_as_changed",
    ),
    "tells every file as different": (
        " if known.get(item.key) != (item.size, item.mtime_ns)]",
        "]",
        "test_nothing_differs_where_nothing_was_changed",
    ),
    "forgets what is gone": (
        ", sorted(gone))",
        ", ())",
        "test_a_file_that_is_gone_is_not_told_as_found",
    ),
    "says that everything is gone": (
        "gone = known.keys() - {item.key for item in items}",
        "gone = known.keys()",
        "test_a_file_that_is_gone_is_not_told_as_found",
    ),
    "knows no new files in a recovery": (
        "[item for item in items if known",
        "[item for item in items if item.key in known and known",
        "test_a_new_file_is_told",
    ),
    "takes a folder that is away for an empty one": (
        "        raise away\n",
        "        return\n",
        "test_a_folder_that_is_away_is_not_an_empty_one",
    ),
    "never says that its folder is away": (
        "        away=partial(_away, folder),\n",
        "        away=lambda _: None,\n",
        "test_a_folder_that_is_away_is_not_an_empty_one",
    ),
    "falls over a link that leads to itself": (
        "except OSError as error:",
        "except FileNotFoundError as error:",
        "test_links_that_lead_in_a_circle_come_to_an_end",
    ),
    "leaves a file out for a reason that nobody named": (
        "reason=UNREADABLE.code",
        'reason="unreadable"',
        "test_links_that_lead_in_a_circle_come_to_an_end",
    ),
    "follows links into a circle": (
        "os.walk(folder, ",
        "os.walk(folder, followlinks=True, ",
        "test_links_that_lead_in_a_circle_come_to_an_end",
    ),
    "passes hidden files over": (
        "for name in sorted(names):",
        'for name in (one for one in sorted(names) if not one.startswith(".")):',
        "test_names_that_are_out_to_do_harm_are_told_or_left_with_a_reason",
    ),
    "wants names in UTF-8": (
        "    try:\n        status",
        "    key.encode()\n    try:\n        status",
        "test_names_that_are_out_to_do_harm_are_told_or_left_with_a_reason",
    ),
    "tells of names that lead out on Windows": (
        "if leads_out(key):",
        "if not key:",
        "test_names_that_are_out_to_do_harm_are_told_or_left_with_a_reason",
    ),
    "says nothing of a folder that it may not list": (
        "onerror=refused.append",
        "onerror=None",
        "test_a_folder_that_cannot_be_gone_into_is_told",
    ),
    "passes links to folders over": (
        "        names.extend(name for name in folders if Path(parent, name).is_symlink())\n",
        "",
        "test_a_folder_that_cannot_be_gone_into_is_told",
    ),
    "tells of everything at once": (
        "BATCH = 2_000",
        "BATCH = 2_000_000",
        "test_its_batches_are_small_and_lack_nothing",
    ),
    "ends after the first batch": (
        "        yield batch\n",
        "        yield batch\n        return\n",
        "test_its_batches_are_small_and_lack_nothing",
    ),
    "swallows its cancellation": (
        "batch := await to_thread.run_sync(lambda: list(islice(items, BATCH))):",
        "batch := await uncancelled(items):",
        "test_a_stage_that_is_cancelled_does_not_end_as_if_all_was_told",
    ),
    "writes a note beside the files": (
        "    for parent, folders, names in",
        '    Path(folder, "seen.txt").write_text("seen")\n    for parent, folders, names in',
        "test_it_writes_nothing",
    ),
    "touches the files": (
        "        status = path.stat()\n",
        "        os.utime(path)\n        status = path.stat()\n",
        "test_it_writes_nothing",
    ),
    "walks on the event loop": (
        "await to_thread.run_sync(lambda: list(islice(items, BATCH)))",
        "list(islice(items, BATCH))",
        "test_it_does_not_hold_up_the_event_loop",
    ),
    "compares on the event loop": (
        "await to_thread.run_sync(_compare, folder, baseline)",
        "_compare(folder, baseline)",
        "test_it_does_not_hold_up_the_event_loop",
    ),
}  # fmt: skip

EXTRAS = """
from dataclasses import replace

NUMBER, WALKS = [], {}


async def uncancelled(items):
    try:
        return await to_thread.run_sync(lambda: list(islice(items, BATCH)))
    except BaseException:
        return []
"""
"""What some of the faults are made with."""


class TestFolderStage(UploadStageConformance):
    codes = (folder_stage.UNREADABLE,)

    @asynccontextmanager
    async def stage_of(self, folder: Path) -> AsyncIterator[UploadStage]:
        yield folder_stage.folder_stage(folder)


def suite_for(make: Callable[[Path], UploadStage]) -> UploadStageConformance:
    class Suite(UploadStageConformance):
        codes = (folder_stage.UNREADABLE,)

        @asynccontextmanager
        async def stage_of(self, folder: Path) -> AsyncIterator[UploadStage]:
            yield make(folder)

    return Suite()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_stage_is_caught(fault: str, tmp_path: Path) -> None:
    right, wrong, test = FAULTS[fault]
    source = Path(folder_stage.__file__).read_text(encoding="utf-8")
    assert source.count(right) == 1
    faulty = ModuleType("faulty_stage")
    helped = source.replace(right, wrong).replace(
        "\nBATCH", "\nfrom dataclasses import replace\nNUMBER, WALKS = [], {}\nBATCH"
    )
    exec(compile(helped, "faulty_stage.py", "exec"), vars(faulty))
    suite = suite_for(faulty.folder_stage)

    async def filled(place: Path) -> Path:
        folder = place / "site"
        folder.mkdir()
        await suite.fill(folder)
        return folder

    failure = failure_of(suite, test, tmp_path, {"folder": filled})
    assert isinstance(failure, TOLD), failure
