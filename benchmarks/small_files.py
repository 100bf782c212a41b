"""How fast small files become verified and durable at the embedded tenant, against rclone in the same run.

Run by hand: `python benchmarks/small_files.py [--files 20000] [--round-trip 30]`, with the group `benchmarks`
installed. Runs alternate and medians are told. With a round trip (milliseconds) all go through the same delay proxy,
rclone with 32 transfers to WebDAV and to S3; without, rclone has 16 transfers to WebDAV. Everything shares this
machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from archive import Archive, small_files
from delay_proxy import long_line
from our_transfer import transfer_once
from rclone_peer import Protocol, rclone_server
from table import median, print_table
from tenant_process import tenant_process


def ours(archive: Archive, folder: Path, round_trip: float, settings: str) -> tuple[float, float, float]:
    """Return the seconds of one transfer to a new tenant, and of processor time at both ends."""
    with tenant_process(folder / "tenant") as tenant, long_line(tenant.port, round_trip) as port:
        took = transfer_once(archive, tenant, folder / "workspace", port=port, settings=settings)
    return took.seconds, took.client, took.tenant


def rclones(
    archive: Archive, folder: Path, round_trip: float, protocol: Protocol, transfers: int
) -> tuple[float, float, float]:
    """Return the same of one copy by rclone to an empty server."""
    with rclone_server(protocol, folder / "served") as server, long_line(server.port, round_trip) as port:
        took = server.copy(archive, transfers=transfers, port=port)
    return took.seconds, took.client, took.server


def main() -> None:
    """Read the options, measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--mean-size", type=int, default=39_000)
    parser.add_argument("--round-trip", type=float, default=0.0, help="milliseconds")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    options = parser.parse_args()
    round_trip = options.round_trip / 1_000
    peers: list[tuple[Protocol, int]] = [("webdav", 32), ("s3", 32)] if round_trip else [("webdav", 16)]
    took: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        archive = small_files(Path(name, "archive"), options.files, options.mean_size)
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB, round trip {options.round_trip:.0f} ms")
        for run in range(options.runs):
            with tempfile.TemporaryDirectory(dir=name) as folder:
                took["OMT"].append(ours(archive, Path(folder), round_trip, options.settings))
            for protocol, transfers in peers:
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    took[f"rclone {protocol}, {transfers} transfers"].append(
                        rclones(archive, Path(folder), round_trip, protocol, transfers)
                    )
            print(f"run {run + 1}: " + ", ".join(f"{who} {times[-1][0]:.2f} s" for who, times in took.items()))
    seconds = {who: median(time for time, _, _ in times) for who, times in took.items()}
    best = min(time for who, time in seconds.items() if who != "OMT")
    rows = []
    for who, times in took.items():
        client, server = (median(run[end] for run in times) / archive.files * 1e6 for end in (1, 2))
        speed = f"{archive.files / seconds[who]:.0f}"
        rows.append([who, speed, f"{client:.0f} us", f"{server:.0f} us", f"{best / seconds[who]:.2f}"])
    print_table(["who", "files/s", "client's processor a file", "server's", "ratio to the best rclone"], rows)


if __name__ == "__main__":
    main()
