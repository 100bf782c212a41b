"""How fast large files become verified and durable at the embedded tenant, against rclone to WebDAV in the same run.

Run by hand: `python benchmarks/large_files.py [--files 8] [--megabytes 128]`, with the group `benchmarks` installed.
Runs alternate and medians are told; of rclone's numbers of transfers the best one counts. Everything shares this
machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from archive import large_files
from our_transfer import transfer_once
from rclone_peer import rclone_server
from table import median, print_table
from tenant_process import tenant_process

_TRANSFERS = (2, 4, 8)


def main() -> None:
    """Read the options, measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    options = parser.parse_args()
    took: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        archive = large_files(Path(name, "archive"), options.files, options.megabytes << 20)
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB")
        for run in range(options.runs):
            with tempfile.TemporaryDirectory(dir=name) as folder, tenant_process(Path(folder, "tenant")) as tenant:
                ours = transfer_once(archive, tenant, Path(folder, "workspace"), settings=options.settings)
                took["OMT"].append((ours.seconds, ours.client, ours.tenant))
            for transfers in _TRANSFERS:
                with (
                    tempfile.TemporaryDirectory(dir=name) as folder,
                    rclone_server("webdav", Path(folder, "served")) as server,
                ):
                    theirs = server.copy(archive, transfers=transfers)
                    took[f"rclone webdav, {transfers} transfers"].append((theirs.seconds, theirs.client, theirs.server))
            print(f"run {run + 1}: " + ", ".join(f"{who} {times[-1][0]:.2f} s" for who, times in took.items()))
    seconds = {who: median(time for time, _, _ in times) for who, times in took.items()}
    best = min(time for who, time in seconds.items() if who != "OMT")
    rows = []
    for who, times in took.items():
        client, server = (median(run[end] for run in times) / archive.size * 1e9 for end in (1, 2))
        speed = f"{archive.size / seconds[who] / 1e6:.0f}"
        rows.append([who, speed, f"{client:.2f} s", f"{server:.2f} s", f"{best / seconds[who]:.2f}"])
    print_table(["who", "MB/s", "client's processor a GB", "server's", "ratio to the best rclone"], rows)


if __name__ == "__main__":
    main()
