"""Writes docs/reference/ from the code: `python docs/generate.py`. With `--check` it only says what is out of date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from generating import answers, api, cli, errors, findings, hooks, libraries, schemas, settings

REFERENCE = Path(__file__).parent / "reference"
OWNED = ("findings/*.md", "schemas/*.json")
"""Where a file that nothing writes any more is removed."""


def wanted() -> Mapping[str, str]:
    """Return all files of the reference that are made from the code, by path below `docs/reference`."""
    writers = (answers, api, cli, errors, hooks, libraries, schemas, settings)
    return {**findings.pages(REFERENCE), **{path: text for writer in writers for path, text in writer.pages().items()}}


def main() -> int:
    """Write or check; returns 1 when something is out of date under `--check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; name what is out of date")
    check = parser.parse_args().check
    files = wanted()
    stale = sorted(path for path, text in files.items() if _text(REFERENCE / path) != text)
    left = sorted(
        path
        for pattern in OWNED
        for path in (found.relative_to(REFERENCE).as_posix() for found in REFERENCE.glob(pattern))
        if path not in files
    )
    if check:
        for path in (*stale, *left):
            sys.stdout.write(f"out of date: docs/reference/{path}\n")
        return 1 if stale or left else 0
    for path in stale:
        (REFERENCE / path).parent.mkdir(parents=True, exist_ok=True)
        (REFERENCE / path).write_text(files[path], encoding="utf-8", newline="\n")
    for path in left:
        (REFERENCE / path).unlink()
    sys.stdout.write(f"{len(files)} files, {len(stale)} written, {len(left)} removed\n")
    return 0


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
