"""Puts the folder together that the zip unpacks to."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

from packaging_windows import launcher
from packaging_windows.bytecode import compile_all
from packaging_windows.inputs import Inputs
from packaging_windows.licences import gather
from packaging_windows.omission import omitted

_README: Final = Path(__file__).parent / "README.txt"
_PLUGINS: Final = (
    "Wheels (.whl) of partners' plugins that lie here take part. `omt plugins add FILE.whl` puts them here.\r\n"
)


def put_together(inputs: Inputs, top: Path, work: Path) -> None:
    """Make `top`, which must not be there, of the inputs; `work` is for what is thrown away."""
    python = top / "python"
    shutil.copytree(inputs.python, python)
    _install((*inputs.wheels, inputs.tool), python / "Lib" / "site-packages", work)
    for file in [path for path in python.rglob("*") if path.is_file()]:
        if omitted(file.relative_to(python).as_posix()):
            file.unlink()
    gather(top, python)
    compile_all(python)
    _write(python / "python311._pth", launcher.SEARCH_PATH)
    _write(top / "omt.cmd", launcher.COMMAND)
    (top / "omt.exe").write_bytes(launcher.program())
    (top / "plugins").mkdir()
    _write(top / "plugins" / "README.txt", _PLUGINS)
    _write(top / "README.txt", _README.read_text(encoding="utf-8").replace("\n", "\r\n"))


def _install(wheels: Iterable[Path], packages: Path, work: Path) -> None:
    # Their scripts would start a Python by its absolute path; data files are manual pages.
    elsewhere = dict.fromkeys(("headers", "scripts", "data"), str(work / "beside"))
    places = {"purelib": str(packages), "platlib": str(packages), **elsewhere}
    for wheel in wheels:
        with WheelFile.open(wheel) as source:
            source.validate_record()
            install(source, SchemeDictionaryDestination(places, "python", "posix", overwrite_existing=True), {})


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
