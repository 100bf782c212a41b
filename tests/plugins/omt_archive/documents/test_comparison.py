"""A folder is done with at a look only where all that it held is there, and what it led to."""

from __future__ import annotations

import shutil

import anyio.to_thread
import pytest

from omt_archive.documents.comparison import Comparison
from omt_archive.findings import REASONS
from omt_core.api.errors import FolderAwayError
from omt_core.api.stages import KnownFile, KnownFolder, KnownFolders
from omt_folders.disk import Disk
from omt_folders.look import look_at
from omt_folders.seen_folders import SeenFolders

pytestmark = pytest.mark.anyio


async def test_a_folder_is_not_done_with_when_one_below_it_is_away(tmp_path):
    """Its digest is that of its own files, and tells nothing of a folder in it that held some."""
    period = tmp_path / "CE" / "2013.2"
    below = period / "below"
    below.mkdir(parents=True)
    letter = period / "letter.docx"
    letter.write_bytes(b"letter")
    seen = SeenFolders()
    seen.see(tmp_path, [period, below], whole=True)
    look = look_at(str(period), ())
    known = KnownFolders([KnownFolder(str(period), 1, look.digest)], None)
    shutil.rmtree(below)

    comparison = Comparison(10, Disk([tmp_path], reasons=REASONS, held=seen.contents([tmp_path])))
    assert await anyio.to_thread.run_sync(comparison.look, known, ()) == [str(period)]
    with pytest.raises(FolderAwayError) as away:
        await anyio.to_thread.run_sync(comparison.read, [KnownFile(str(letter), 6, letter.stat().st_mtime_ns, "1")])
    assert away.value.folder == below


async def test_a_folder_that_led_to_none_is_done_with(tmp_path):
    period = tmp_path / "CE" / "2013.2"
    period.mkdir(parents=True)
    (period / "letter.docx").write_bytes(b"letter")
    seen = SeenFolders()
    seen.see(tmp_path, [period], whole=True)
    known = KnownFolders([KnownFolder(str(period), 1, look_at(str(period), ()).digest)], None)
    comparison = Comparison(10, Disk([tmp_path], reasons=REASONS, held=seen.contents([tmp_path])))
    assert await anyio.to_thread.run_sync(comparison.look, known, ()) == []
    assert comparison.unclaimed == {str(period): set()}
