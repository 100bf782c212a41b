"""The zip for Windows: what is in it, what is not, and that it is the same bytes whenever it is made."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import marshal
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import CodeType

import pytest

from omt_core.plugin_host import unpacked
from packaging_windows import archive, bytecode
from packaging_windows.__main__ import build
from packaging_windows.licences import NoLicenceError
from tests.core.plugin_host.wheels import make_wheel
from tests.packaging_windows.sample_inputs import make_inputs

pytestmark = pytest.mark.skipif(bytecode.MAGIC != importlib.util.MAGIC_NUMBER, reason="only CPython 3.11 makes it")
TOP = "omt-9.8.7-win64"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What the zip holds, by path below its one folder."""
    folder = tmp_path_factory.mktemp("zip")
    made = build(make_inputs(folder / "inputs"), folder / "out")
    assert made.name == f"{TOP}.zip"
    with zipfile.ZipFile(made) as opened:
        names = opened.namelist()
        assert names == sorted(names)
        assert {name.partition("/")[0] for name in names} == {TOP}
        return {name.removeprefix(f"{TOP}/"): opened.read(name) for name in names}


def test_it_is_the_same_to_the_byte_when_it_is_made_again_of_the_same_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(make_inputs(tmp_path / "one"), tmp_path / "first")
    inputs = make_inputs(tmp_path / "two")
    for number, path in enumerate(sorted(tmp_path.joinpath("two").rglob("*"), reverse=True)):
        os.utime(path, (10**9 + number, 10**9 + number))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    before = os.umask(0o077)
    try:
        second = build(inputs, tmp_path / "second")
    finally:
        os.umask(before)
    assert first.read_bytes() == second.read_bytes()


def test_its_list_names_every_file_with_size_and_hash_and_what_it_was_made_of(files: Mapping[str, bytes]) -> None:
    told = json.loads(files[archive.CONTENTS])
    others = {name: data for name, data in files.items() if name != archive.CONTENTS}
    assert told["files"] == {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in others.items()
    }
    assert set(told["wheels"]) == {"needed-1.0-py3-none-any.whl", "online_migration_tool-9.8.7-py3-none-any.whl"}
    assert "sha256:b6d6b107" in told["python"]


def test_the_tool_knows_the_unpacked_folder_by_that_list() -> None:
    assert unpacked.CONTENTS == archive.CONTENTS


def test_what_no_migrator_needs_is_left_out(files: Mapping[str, bytes]) -> None:
    kept = {name.removeprefix("python/") for name in files if name.startswith("python/")}
    assert kept == {
        "LICENSE.txt",
        "python.exe",
        "python311._pth",
        "DLLs/_ssl.pyd",
        "Lib/template.py",
        "Lib/json/__init__.py",
        "Lib/json/__pycache__/__init__.cpython-311.pyc",
        "Lib/site-packages/needed/__init__.py",
        "Lib/site-packages/needed/__pycache__/__init__.cpython-311.pyc",
        "Lib/site-packages/needed-1.0.dist-info/METADATA",
        "Lib/site-packages/needed-1.0.dist-info/WHEEL",
        "Lib/site-packages/needed-1.0.dist-info/licenses/LICENSE",
        "Lib/site-packages/needed-1.0.dist-info/licenses/vendored/LICENSE",
        "Lib/site-packages/omt_core/__init__.py",
        "Lib/site-packages/omt_core/__pycache__/__init__.cpython-311.pyc",
        "Lib/site-packages/online_migration_tool-9.8.7.dist-info/METADATA",
        "Lib/site-packages/online_migration_tool-9.8.7.dist-info/WHEEL",
    }


def test_the_licence_of_each_part_is_in_a_folder_of_its_own(files: Mapping[str, bytes]) -> None:
    licences = {name.removeprefix("licences/"): data for name, data in files.items() if name.startswith("licences/")}
    assert licences.pop("omt.exe (distlib)/LICENSE.txt")
    assert licences == {
        "python/LICENSE.txt": b"PSF LICENSE AGREEMENT",
        "needed-1.0/LICENSE": b"MIT",
        "needed-1.0/vendored-LICENSE": b"BSD",
    }


def test_a_part_without_any_licence_is_not_packed(tmp_path: Path) -> None:
    inputs = make_inputs(tmp_path)
    make_wheel(tmp_path / "wheels", "needed", files={"needed/__init__.py": ""})
    with pytest.raises(NoLicenceError, match=r"needed-1\.0"):
        build(inputs, tmp_path / "out")


def test_its_bytecode_is_found_by_the_hash_of_the_source_and_runs(files: Mapping[str, bytes]) -> None:
    data = files["python/Lib/json/__pycache__/__init__.cpython-311.pyc"]
    source = files["python/Lib/json/__init__.py"]
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert (data[4:8], data[8:16]) == (b"\x03\0\0\0", importlib.util.source_hash(source))
    code = marshal.loads(data[16:])
    assert isinstance(code, CodeType)
    found: dict[str, object] = {}
    exec(code, found)
    assert (found["NAMES"], found["KNOWN"], code.co_filename) == ({"a", "b"}, True, "Lib/json/__init__.py")


def test_nothing_in_it_knows_where_it_was_made(tmp_path: Path) -> None:
    made = build(make_inputs(tmp_path / "somewhere-of-its-own"), tmp_path / "out")
    with zipfile.ZipFile(made) as opened:
        assert [name for name in opened.namelist() if b"somewhere-of-its-own" in opened.read(name)] == []


def test_both_launchers_find_python_beside_themselves(files: Mapping[str, bytes], tmp_path: Path) -> None:
    assert files["omt.cmd"] == b'@"%~dp0python\\python.exe" -m omt_core %*\r\n'
    assert files["omt.exe"].startswith(b"MZ")
    assert b"#!<launcher_dir>\\python\\python.exe\n" in files["omt.exe"]
    (tmp_path / "omt.exe").write_bytes(files["omt.exe"])
    with zipfile.ZipFile(tmp_path / "omt.exe") as opened:
        assert b"from omt_core.__main__ import main" in opened.read("__main__.py")


def test_its_python_takes_modules_from_the_folder_alone(files: Mapping[str, bytes]) -> None:
    assert files["python/python311._pth"].split() == [b"Lib", b"DLLs", b"Lib\\site-packages"]
