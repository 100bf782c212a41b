"""What is found in a folder, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from omt_core.api import FolderAwayError, Severity
from omt_core.testing.harness import PluginHarness
from omt_core.testing.sample_calls import SampleCalls
from omt_folders import SeenFolders

from omt_call_recordings import CallRecordingsPlugin, CallRecordingsSettings
from omt_call_recordings.recordings import Tally, recordings_in


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
        async for batch in recordings_in(folder, settings, seen or SeenFolders("call_recordings")).items():
            tally.add(batch)

    anyio.run(count)
    return tally


def test_recordings_are_counted_and_other_files_are_not(folder: Path) -> None:
    tally = tally_of(folder)
    assert (tally.files, tally.size, tally.empty) == (3, 204, 1)
    counted, empty = tally.findings(folder)
    assert "3 call recordings with 204 bytes" in counted.message
    assert (empty.code, empty.subjects) == ("call-recording-empty", ("2024/B.WAV",))


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
    assert tally.findings(folder)[-1].subjects == ("link.wav",)


def test_without_a_folder_it_is_said_that_nothing_is_moved(omt_plugin: Callable[..., PluginHarness]) -> None:
    harness = omt_plugin(CallRecordingsPlugin, "call_recordings")
    (finding,) = anyio.run(harness.validate, SampleCalls().validate_migration())
    assert finding.code == "call-recordings-folder-not-set"


@pytest.mark.parametrize("given", ["wav", ".WAV", " .wav "])
def test_endings_are_taken_as_people_write_them(given: str) -> None:
    assert CallRecordingsSettings(endings=(given,)).endings == (".wav",)
