"""A million documents: memory of each process, time against a tenth of them, and a recovery against asking for status.

Run by hand: `python benchmarks/scale.py [--documents 1000000]`; it takes long, and room for that many small files. It
prints a table and exits with 1 when a process had more than the limit resident.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from table import print_table
from whole_migration import Ran, build, run, served

_MEGABYTE = 1e6


def main() -> None:
    """Read the options, measure a tenth and the whole, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--limit", type=int, default=300, help="megabytes that no process may exceed")
    options = parser.parse_args()
    rows: list[list[str]] = []
    peaks: list[int] = []
    for documents in (options.documents // 10, options.documents):
        measured, resident, walked = _measure(documents)
        for name, ran in measured.items():
            rows.append(
                [f"{documents:,}", name, f"{ran.seconds:.1f}", f"{ran.processor:.1f}", _megabytes(ran.resident)]
            )
            peaks.append(ran.resident)
        rows.append([f"{documents:,}", "tenant", "", "", _megabytes(resident)])
        rows.append([f"{documents:,}", "walk and ask for status", f"{walked:.1f}", "", ""])
        peaks.append(resident)
    print_table(["documents", "process", "s", "processor s", "peak MB"], rows)
    sys.exit(max(peaks) > options.limit * _MEGABYTE)


def _measure(documents: int) -> tuple[dict[str, Ran], int, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = build(folder / "site", documents=documents, users=200, median_bytes=600)
        workspace = folder / "workspace"
        with served(site, folder / "tenant") as tenant:
            measured = {
                "first migration": tenant.migrate(workspace),
                "recovery, nothing to do": tenant.migrate(workspace, "--recover", "missing"),
            }
            measured["report in CSV"] = run(
                "report", "--workspace", str(workspace), "--format", "csv", "--output", str(folder / "report.csv")
            )
            measured["verify"] = run("verify", str(workspace / "receipt.json"))
            return measured, tenant.resident(), _walk(site.archive)


def _walk(folder: Path) -> float:
    """Return how long asking for the status of every file below a folder takes."""
    begun = time.perf_counter()
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
    return time.perf_counter() - begun


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.0f}"


if __name__ == "__main__":
    main()
