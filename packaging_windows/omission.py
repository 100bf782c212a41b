"""What is left out of the zip: what builds, tests or documents the parts, and what the tool has no use for.

Licences allow it: all that is left out is left out whole, and the licence files of each part stay.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

OMITTED: Final = (
    # Caches with times in them; `bytecode` makes others.
    "*/__pycache__/*",
    # Python: windows, installers, tools and documentation.
    "DLLs/*.ico", "DLLs/_msi.pyd", "DLLs/_tkinter.pyd", "DLLs/python_tools.cat", "DLLs/tcl86t.dll", "DLLs/tk86t.dll",
    "Lib/distutils/*", "Lib/ensurepip/*", "Lib/idlelib/*", "Lib/lib2to3/*", "Lib/msilib/*", "Lib/pydoc_data/*",
    "Lib/test/*", "Lib/tkinter/*", "Lib/turtle.py", "Lib/turtledemo/*", "Lib/venv/*",
    "NEWS.txt", "Scripts/*", "Tools/*", "include/*", "libs/*", "pythonw.exe", "tcl/*",
    # Microsoft's runtime beyond what python.org gives out with Python; wheels bring their own.
    "concrt140.dll", "msvcp140*.dll", "vcamp140.dll", "vccorlib140.dll", "vcomp140.dll", "vcruntime140_threads.dll",
    # Sources and link libraries of compiled packages.
    "Lib/site-packages/*.lib", "Lib/site-packages/*.pxd", "Lib/site-packages/*.pxi", "Lib/site-packages/*.pyx",
    "Lib/site-packages/pyarrow/include/*", "Lib/site-packages/pyarrow/includes/*", "Lib/site-packages/pyarrow/src/*",
    "Lib/site-packages/pyarrow/tests/*", "Lib/site-packages/pyarrow/*_cpp_tests*",
    "Lib/site-packages/win32ctypes/tests/*",
    # Parts of Arrow for services that the tool does not speak to.
    "Lib/site-packages/pyarrow/*flight*", "Lib/site-packages/pyarrow/*substrait*",
    # What says how a part was installed; `omt-contents.json` says what is there.
    "Lib/site-packages/*.dist-info/INSTALLER", "Lib/site-packages/*.dist-info/RECORD",
    "Lib/site-packages/*.dist-info/REQUESTED", "Lib/site-packages/*.dist-info/direct_url.json",
)  # fmt: skip
"""Patterns for paths below Python's folder; `*` is anything, however deep."""


def omitted(path: str) -> bool:
    """Tell whether a file is left out; the path is below Python's folder, with slashes."""
    return any(fnmatchcase(path, pattern) for pattern in OMITTED)
