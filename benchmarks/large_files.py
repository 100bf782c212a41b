"""How fast large files become verified and durable at the embedded tenant, against rsync, restic and rclone.

Run by hand: `python benchmarks/large_files.py [--files 8] [--megabytes 128]`, with the group `benchmarks`, and Debian's
rsync and restic; a peer that is not there is left out with a word. Runs alternate and medians are told. Only rsync
`--fsync` promises what we do. Everything shares this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from archive import large_files
from our_transfer import transfer_once
from peers.bare import Bare
from peers.peer import Peer, Took, installed
from peers.rclone import Rclone
from peers.restic import Restic
from peers.rsync import Rsync
from processes import have_memory_at_hand
from race import OURS, Times, against
from tenant_process import tenant_process

RIVALS: tuple[Peer, ...] = (
    Rsync(fsync=True),
    Rsync(),
    Restic(),
    Rclone("webdav", 2),
    Rclone("webdav", 4),
    Rclone("webdav", 8),
    Bare(),
)


def main() -> None:
    """Read the options, measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settings", default="{}", help="settings of omt_upload, as JSON")
    options = parser.parse_args()
    peers = installed(RIVALS)
    times = Times()
    with tempfile.TemporaryDirectory() as name:
        archive = large_files(Path(name, "archive"), options.files, options.megabytes << 20)
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB")
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory(dir=name) as folder, tenant_process(Path(folder, "tenant")) as tenant:
                have_memory_at_hand(Path(folder))
                took = transfer_once(archive, tenant, Path(folder, "workspace"), settings=options.settings)
                times.add(OURS, Took(took.seconds, took.client, took.tenant))
            for peer in peers:
                with tempfile.TemporaryDirectory(dir=name) as folder, peer.served(Path(folder, "served")) as server:
                    have_memory_at_hand(Path(folder))
                    times.add(peer.name, server.copy(archive))
            times.tell()
    against(times, peers, work=archive.size / 1e6, speed="MB/s", share="s a GB", unit=1e3)


if __name__ == "__main__":
    main()
