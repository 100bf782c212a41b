"""`python -m packaging_windows` makes `omt-VERSION-win64.zip`, and beside it the lock to make it from again."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging_windows import cpython
from packaging_windows.archive import digest, list_contents, pack
from packaging_windows.bytecode import refuse_other_python
from packaging_windows.folder import put_together
from packaging_windows.inputs import Inputs, fetch


def build(inputs: Inputs, out: Path) -> Path:
    """Make the zip of what was fetched in the folder `out`, and return its path."""
    version = inputs.tool.name.split("-")[1]
    name = f"omt-{version}-win64"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        put_together(inputs, work / name, work)
        wheels = {wheel.name: digest(wheel) for wheel in (inputs.tool, *inputs.wheels)}
        list_contents(work / name, {"version": version, "python": cpython.RELEASE, "wheels": wheels})
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{name}.zip"
        pack(work / name, target)
    return target


def main(words: Sequence[str] | None = None) -> int:
    """Fetch, build and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m packaging_windows", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the zip (default: dist)")
    parser.add_argument("--lock", type=Path, help="lock of an earlier zip: take the same versions again")
    options = parser.parse_args(words)
    refuse_other_python()
    with tempfile.TemporaryDirectory() as folder:
        inputs, lock = fetch(Path(folder), options.lock)
        made = build(inputs, options.out)
        shutil.copyfile(lock, made.with_suffix(".lock.txt"))
    sys.stdout.write(f"{made}  {made.stat().st_size:,} bytes  sha256 {digest(made)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
