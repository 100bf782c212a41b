"""How long a recovery takes that finds nothing to do, against a second run of rclone to WebDAV over the same archive.

Run by hand: `python benchmarks/second_run.py [--documents 200000]`, with the group `benchmarks` installed. Ours is the
whole command, from its start to its report: it logs on, asks the database for the ids of all documents, and looks at
documents, templates and attachments. Second runs alternate and medians are told. Everything shares this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from archive import archive_in
from rclone_peer import rclone_server
from table import median, print_table
from whole_migration import build, served

_TRANSFERS = 16


def main() -> None:
    """Build and fill, measure second runs in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = build(folder / "site", documents=options.documents, users=40, median_bytes=1_000)
        archive, workspace = archive_in(site.archive), folder / "workspace"
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB")
        with served(site, folder / "tenant") as tenant, rclone_server("webdav", folder / "served") as server:
            tenant.migrate(workspace)
            server.copy(archive, transfers=_TRANSFERS)
            ours, theirs = [], []
            for run in range(options.runs):
                ours.append(tenant.migrate(workspace, "--recover", "missing"))
                theirs.append(server.copy(archive, transfers=_TRANSFERS))
                print(f"run {run + 1}: OMT {ours[-1].seconds:.2f} s, rclone {theirs[-1].seconds:.2f} s")
    if any(ran.result["sent"] != {"files": 0, "bytes": 0} for ran in ours):
        raise SystemExit("OMT has sent something.")
    mine, rclones = median(ran.seconds for ran in ours), median(took.seconds for took in theirs)
    processor = median(took.client + took.server for took in theirs)
    print_table(
        ["who", "s", "processor s", "ratio"],
        [
            ["OMT", f"{mine:.2f}", f"{median(ran.processor for ran in ours):.2f}", f"{rclones / mine:.2f}"],
            [f"rclone webdav, {_TRANSFERS} checkers", f"{rclones:.2f}", f"{processor:.2f}", "1.00"],
        ],
    )


if __name__ == "__main__":
    main()
