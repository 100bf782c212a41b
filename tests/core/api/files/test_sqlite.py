"""SQLite opens the file that is meant."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from omt_core.api import files


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PureWindowsPath(r"C:\omt\1 %?#å"), "file:///C:/omt/1%20%25%3F%23%C3%A5?mode=ro"),
        (PureWindowsPath(r"\\srv\share\omt"), "file:////srv/share/omt?mode=ro"),
        (PurePosixPath("/omt"), "file:///omt?mode=ro"),
    ],
    ids=str,
)
def test_sqlite_is_told_a_path_so_that_it_takes_nothing_for_a_host_or_a_question(path: PurePath, uri: str) -> None:
    assert files.sqlite_uri(path) == uri


def test_sqlite_opens_what_it_is_told_and_makes_nothing(tmp_path: Path) -> None:
    place = tmp_path / ("a%41#b å" if os.name == "nt" else "a%41?#b å\udc80")
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(files.sqlite_uri(place, writable=True), uri=True)
    sqlite3.connect(os.fsencode(place)).close()
    sqlite3.connect(files.sqlite_uri(place), uri=True).close()
    assert [entry.name for entry in tmp_path.iterdir()] == [place.name]
