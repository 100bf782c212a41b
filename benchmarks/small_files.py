"""How fast small files become verified and durable at the embedded tenant, against restic, rsync and rclone.

Run by hand: `python benchmarks/small_files.py [--files 20000] [--round-trip 30]`, with the group `benchmarks`, and
Debian's rsync and restic; a peer that is not there is left out with a word. Runs alternate and medians are told. With
a round trip (milliseconds) all go through the same delay proxy, rclone with 32 transfers to WebDAV and to S3; without,
rclone has 16 transfers to WebDAV. Everything shares this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from archive import Archive, small_files
from delay_proxy import long_line
from our_transfer import transfer_once
from peers.bare import Bare
from peers.peer import Peer, Took, installed
from peers.rclone import Rclone
from peers.restic import Restic
from peers.rsync import Rsync
from processes import have_memory_at_hand
from race import OURS, Times, against
from tenant_process import tenant_process


def peers_for(round_trip: float) -> Sequence[Peer]:
    """Return who is measured on a line of this round trip (seconds), each as it is quickest there."""
    rclones: Sequence[Peer] = (Rclone("webdav", 32), Rclone("s3", 32)) if round_trip else (Rclone("webdav", 16),)
    return (Restic(), Rsync(), Rsync(fsync=True), *rclones, Bare())


def ours(archive: Archive, folder: Path, round_trip: float, settings: str) -> Took:
    """Transfer an archive to a new tenant."""
    with tenant_process(folder / "tenant") as tenant, long_line(tenant.port, round_trip) as port:
        have_memory_at_hand(folder)
        took = transfer_once(archive, tenant, folder / "workspace", port=port, settings=settings)
    return Took(took.seconds, took.client, took.tenant)


def theirs(peer: Peer, archive: Archive, folder: Path, round_trip: float) -> Took:
    """Copy it to an empty server of a peer."""
    with peer.served(folder / "served") as server, long_line(server.port, round_trip) as port:
        have_memory_at_hand(folder)
        return server.copy(archive, port=port)


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
    peers = installed(peers_for(round_trip))
    times = Times()
    with tempfile.TemporaryDirectory() as name:
        archive = small_files(Path(name, "archive"), options.files, options.mean_size)
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB, round trip {options.round_trip:.0f} ms")
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory(dir=name) as folder:
                times.add(OURS, ours(archive, Path(folder), round_trip, options.settings))
            for peer in peers:
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    times.add(peer.name, theirs(peer, archive, Path(folder), round_trip))
            times.tell()
    against(times, peers, work=archive.files, speed="files/s", share="us a file", unit=1e6)


if __name__ == "__main__":
    main()
