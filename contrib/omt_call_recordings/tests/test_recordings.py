"""What is found in a folder, and what is said of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import anyio
import pytest
from omt_core.api import CommandContext, FolderAwayError, InstallationError, Severity
from omt_core.testing.harness import PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_folders import SeenFolders

from omt_call_recordings import CallRecordingsPlugin, CallRecordingsSettings
from omt_call_recordings.recordings import Tally, recordings_in
from omt_call_recordings.recordings_command import recordings_command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three recordings, one of them empty, and a file that is none."""
    folder = tmp_path / "recordings"
    (folder / "2024").mkdir(parents=True)
    for name, size in (("2024/a.wav", 100), ("2024/B.WAV", 44), ("c.mp3", 60), ("2024/notes.txt", 5)):
        (folder / name).write_bytes(bytes(size))
    return folder


def tally_of(folder: Path, seen: SeenFolders | None = None) -> Tally:
    """Take the inventory of a folder."""
    settings = CallRecordingsSettings(folder=folder)
    tally = Tally(settings.smallest_bytes)

    async def count() -> None:
        kept = seen or SeenFolders("call_recordings")
        async for batch in recordings_in(folder, settings, kept, tally.pass_over).items():
            tally.add(batch)

    anyio.run(count)
    return tally


def test_recordings_are_counted_and_other_files_are_not(folder: Path) -> None:
    tally = tally_of(folder)
    assert (tally.files, tally.size, tally.empty) == (3, 204, 1)
    counted, empty, others = tally.findings(folder)
    assert "3 call recordings with 204 bytes" in counted.message
    assert (empty.code, empty.subjects) == ("call-recording-empty", ("2024/B.WAV",))
    assert (others.code, others.severity, others.subjects) == (
        "call-recordings-other-files", Severity.INFO, ("2024/notes.txt",),
    )  # fmt: skip


def test_a_folder_that_never_was_there_is_an_error(tmp_path: Path) -> None:
    (finding,) = tally_of(tmp_path / "nowhere").findings(tmp_path / "nowhere")
    assert (finding.code, finding.severity) == ("call-recordings-folder-missing", Severity.ERROR)


def test_a_folder_that_was_there_is_away_and_nothing_in_it_missing(folder: Path) -> None:
    seen = SeenFolders("call_recordings")
    tally_of(folder, seen)
    folder.rename(folder.with_name("away"))
    with pytest.raises(FolderAwayError):
        tally_of(folder, seen)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(bytes(100))
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    tally = tally_of(folder)
    assert (tally.files, tally.unreadable) == (3, 1)
    assert tally.findings(folder)[2].subjects == ("link.wav",)


def test_a_folder_that_is_not_gone_into_is_told_although_its_name_has_no_ending(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (folder / "2023").symlink_to(tmp_path / "other", target_is_directory=True)
    tally = tally_of(folder)
    assert (tally.files, tally.unreadable, tally.others) == (3, 1, 1)
    assert tally.findings(folder)[2].subjects == ("2023",)


class Said:
    """What the command said, and with which fields it ended."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.fields: dict[str, object] = {}

    def print(self, text: str = "") -> None:
        """Keep a line."""
        self.lines.append(text)

    def finish(self, exit_code: int, **fields: object) -> int:
        """Keep the end."""
        self.fields = fields
        return exit_code


def test_the_command_counts_all_that_is_there(folder: Path, tmp_path: Path) -> None:
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    said = Said()
    command = recordings_command(CallRecordingsSettings(folder=folder))
    assert anyio.run(command.run, cast("CommandContext", said), Namespace()) == 0
    assert said.fields == {"recordings": 3, "bytes": 204, "empty": 1, "unreadable": 1, "others": 1}


def test_the_command_says_that_a_folder_is_missing(tmp_path: Path) -> None:
    command = recordings_command(CallRecordingsSettings(folder=tmp_path / "nowhere"))
    with pytest.raises(InstallationError, match="nowhere, does not exist or cannot be read") as told:
        anyio.run(command.run, cast("CommandContext", Said()), Namespace())
    assert told.value.code == "call-recordings-folder-missing"


def test_without_a_folder_it_is_said_that_nothing_is_moved(omt_plugin: Callable[..., PluginHarness]) -> None:
    harness = omt_plugin(CallRecordingsPlugin, "call_recordings")
    (finding,) = anyio.run(harness.validate, SampleCalls().validate_migration())
    assert finding.code == "call-recordings-folder-not-set"


def test_in_the_snapshot_the_folder_is_left_to_the_stage(
    omt_plugin: Callable[..., PluginHarness], folder: Path
) -> None:
    """It may hold millions of files, and users wait."""
    harness = omt_plugin(CallRecordingsPlugin, "call_recordings", {"folder": str(folder)})
    call = SampleCalls().validate_migration()
    assert anyio.run(harness.validate, call)
    assert not anyio.run(harness.validate, replace(call, in_snapshot=True))


def test_a_folder_whose_recordings_were_deleted_is_named_until_somebody_says_so(
    omt_plugin: Callable[..., PluginHarness], folder: Path
) -> None:
    harness = omt_plugin(CallRecordingsPlugin, "call_recordings", {"folder": str(folder)})
    made = SampleCalls()
    recovery = replace(made.validate_installation(), files_only=True)
    anyio.run(harness.validate, made.validate_migration())
    assert not anyio.run(harness.validate, recovery)
    for name in ("a.wav", "B.WAV", "notes.txt"):
        (folder / "2024" / name).unlink()
    (found,) = anyio.run(harness.validate, recovery)
    assert (found.code, found.waivers) == ("call-recordings-folder-emptied", (f"folder:{folder / '2024'}",))
    assert not anyio.run(harness.validate, replace(recovery, in_snapshot=True))
    seen = SeenFolders("call_recordings")
    seen.keep_in(made.run.workspace)
    seen.forget_deleted((folder,), [str(folder / "2024")], str)
    assert not seen.emptied(folder)


@pytest.mark.parametrize("given", ["wav", ".WAV", " .wav "])
def test_endings_are_taken_as_people_write_them(given: str) -> None:
    assert CallRecordingsSettings(endings=(given,)).endings == (".wav",)
