"""How long a second run takes that finds nothing to do, against a second run of rclone to WebDAV.

Run by hand: `python benchmarks/second_run.py [--files 200000]`, with the group `benchmarks` installed. Second runs
alternate and medians are told; the first run of each only fills its server. Everything shares this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from archive import small_files
from our_transfer import transfer_once
from rclone_peer import rclone_server
from table import median, print_table
from tenant_process import tenant_process

_TRANSFERS = 16


def main() -> None:
    """Read the options, fill both servers, measure second runs in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--mean-size", type=int, default=2_000, help="bytes; a second run does not read them")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = small_files(folder / "archive", options.files, options.mean_size)
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB")
        with (
            tenant_process(folder / "tenant") as tenant,
            rclone_server("webdav", folder / "served") as server,
        ):
            transfer_once(archive, tenant, folder / "workspace", settings=options.settings)
            server.copy(archive, transfers=_TRANSFERS)
            ours, theirs = [], []
            for run in range(options.runs):
                ours.append(transfer_once(archive, tenant, folder / "workspace", settings=options.settings))
                theirs.append(server.copy(archive, transfers=_TRANSFERS))
                print(f"run {run + 1}: OMT {ours[-1].seconds:.2f} s, rclone {theirs[-1].seconds:.2f} s")
    mine, rclones = median(took.seconds for took in ours), median(took.seconds for took in theirs)
    sent = max(took.sent for took in ours)
    print_table(
        ["who", "s", "client's processor s", "server's", "bytes sent", "ratio"],
        [
            [
                "OMT",
                f"{mine:.2f}",
                f"{median(took.client for took in ours):.2f}",
                f"{median(took.tenant for took in ours):.2f}",
                f"{sent}",
                f"{rclones / mine:.2f}",
            ],
            [
                f"rclone webdav, {_TRANSFERS} checkers",
                f"{rclones:.2f}",
                f"{median(took.client for took in theirs):.2f}",
                f"{median(took.server for took in theirs):.2f}",
                "",
                "1.00",
            ],
        ],
    )


if __name__ == "__main__":
    main()
