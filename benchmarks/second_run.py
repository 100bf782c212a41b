"""How long a recovery takes that finds nothing to do, against second runs of rsync, restic and rclone.

Run by hand: `python benchmarks/second_run.py [--documents 200000]`, with the group `benchmarks`, and Debian's
rsync and restic; a peer that is not there is left out with a word. Ours is the whole command, from its start to its
report: it logs on, asks the database for the ids of all documents, and looks at documents, templates and attachments;
peers look at the archive of documents alone. Second runs alternate and medians are told. All share this machine.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from archive import archive_in
from peers.peer import Peer, Took, installed
from peers.rclone import Rclone
from peers.restic import Restic
from peers.rsync import Rsync
from race import OURS, Times, against
from whole_migration import build, served

RIVALS: tuple[Peer, ...] = (Rsync(), Restic(), Rclone("webdav", 16))


def main() -> None:
    """Build and fill, measure second runs in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    peers = installed(RIVALS)
    times = Times()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        site = build(folder / "site", documents=options.documents, users=40, median_bytes=1_000)
        archive, workspace = archive_in(site.archive), folder / "workspace"
        print(f"{archive.files} files, {archive.size / 1e6:.0f} MB")
        tenant = stack.enter_context(served(site, folder / "tenant"))
        servers = [stack.enter_context(peer.served(folder / f"served {place}")) for place, peer in enumerate(peers)]
        tenant.migrate(workspace)
        for server in servers:
            server.copy(archive)
        for _ in range(options.runs):
            ran = tenant.migrate(workspace, "--recover", "missing")
            if ran.result["sent"] != {"files": 0, "bytes": 0}:
                raise SystemExit("OMT has sent something.")
            times.add(OURS, Took(ran.seconds, ran.processor, 0.0))
            for peer, server in zip(peers, servers, strict=True):
                times.add(peer.name, server.copy(archive))
            times.tell()
    against(times, peers, work=archive.files, speed="files/s", share="us a file", unit=1e6)


if __name__ == "__main__":
    main()
