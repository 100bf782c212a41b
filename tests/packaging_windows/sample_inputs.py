"""Inputs as they are fetched, in small: a folder like Python's, a wheel like the tool's, one that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from packaging_windows.inputs import Inputs
from tests.core.plugin_host.wheels import make_wheel

PYTHON: Final[Mapping[str, str]] = {
    "LICENSE.txt": "PSF LICENSE AGREEMENT",
    "NEWS.txt": "news",
    "python.exe": "MZ",
    "DLLs/_tkinter.pyd": "MZ",
    "DLLs/_ssl.pyd": "MZ",
    "Lib/json/__init__.py": "NAMES = {'b', 'a'} - set()\nKNOWN = 'a' in {'x', 'a', 'y'}\n",
    "Lib/json/__pycache__/__init__.cpython-311.pyc": "with a time",
    "Lib/tkinter/constants.py": "",
    "Lib/lib2to3/bad.py": "print 'two'\n",
    "Lib/template.py": "{{ no module }} !\n",
    "tcl/tcl8.6/init.tcl": "",
}


def make_inputs(folder: Path) -> Inputs:
    """Write the inputs below a folder."""
    for name, text in PYTHON.items():
        path = folder / "python" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "python" / "Lib" / "site-packages").mkdir()
    needed = make_wheel(
        folder / "wheels",
        "needed",
        files={
            "needed/__init__.py": "VALUE = 1\n",
            "needed/fast.pyx": "",
            "needed-1.0.dist-info/licenses/LICENSE": "MIT",
            "needed-1.0.dist-info/licenses/vendored/LICENSE": "BSD",
            "needed-1.0.data/scripts/needed": "#!python\n",
        },
    )
    tool = make_wheel(folder / "tool", "online_migration_tool", "9.8.7", files={"omt_core/__init__.py": ""})
    return Inputs(python=folder / "python", tool=tool, wheels=(needed,))
