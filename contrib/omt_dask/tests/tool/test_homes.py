"""What a path of here is called at its home."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from omt_dask.settings import Home
from omt_dask.tool.homes import Roots, looked_into, spool_of


@pytest.mark.parametrize(
    ("roots", "location", "there"),
    [
        ({"/srv/so_arc": "/data/arc"}, "/srv/so_arc/2019/1/a b.docx", "/data/arc/2019/1/a b.docx"),
        ({"/srv/so_arc/": "/data/arc/"}, "/srv/so_arc/2019/1/æ.docx", "/data/arc/2019/1/æ.docx"),
        ({"/srv/so_arc": "E:\\SO_ARC"}, "/srv/so_arc/2019/1/a.docx", "E:\\SO_ARC\\2019\\1\\a.docx"),
        ({"/srv/so_arc": "\\\\server\\arc"}, "/srv/so_arc/2019/a.docx", "\\\\server\\arc\\2019\\a.docx"),
        ({"/srv/a": "/x", "/srv/a/b": "/y"}, "/srv/a/b/c", "/y/c"),
        ({"/srv/a": "/"}, "/srv/a/b/c", "/b/c"),
        ({"/srv/a": "E:\\"}, "/srv/a/b/c", "E:\\b\\c"),
        ({"/srv/a": "/x"}, "/srv/a//b/./c", "/x/b/c"),
        ({"/srv/a": "/x"}, "/srv/a/one\udc80two", "/x/one\udc80two"),
        ({"/srv/so_arc": "/data/arc"}, "/srv/so_arc2/a", None),
        ({"/srv/so_arc": "/data/arc"}, "/srv/so_arc", None),
        ({}, "/srv/so_arc/a", None),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name == "nt", reason="a path of here is one of POSIX")
def test_a_path_is_told_as_its_home_has_it(roots: dict[str, str], location: str, there: str | None) -> None:
    assert Roots(roots).located(location) == there
    assert Roots(roots).hold(location) is (there is not None)


def test_roots_are_told_as_they_are_there() -> None:
    assert Roots({"/srv/a": "C:\\a"}).there == ("C:\\a",)


@pytest.mark.anyio
@pytest.mark.skipif(os.name == "nt", reason="a path of here is one of POSIX")
async def test_what_is_spooled_is_a_root_of_a_home_that_sees_it_and_of_no_other(tmp_path: Path) -> None:
    work = Path("/data/work")
    (tmp_path / "file").touch()
    part = str(work / "spool/database/00001-000001.parquet")
    seeing = Home(roots={str(tmp_path): "C:\\a", str(tmp_path / "absent"): "C:\\b"}, spool="\\\\tool\\spool")
    assert spool_of(seeing, work).located(part) == "\\\\tool\\spool\\database\\00001-000001.parquet"
    assert not spool_of(seeing, work).hold(str(work / "journal.sqlite"))
    blind = Home(roots={"/srv/a": "C:\\a"})
    assert not spool_of(blind, work).hold(part)
    assert await looked_into({"seeing": seeing, "blind": blind}) == {
        "seeing": {"C:\\a": True, "C:\\b": False, "\\\\tool\\spool": False},
        "blind": {"C:\\a": False},
    }
