"""How many bytes go over a slow line for an archive, and how long that takes, against restic with compression.

Run by hand: `python benchmarks/compression.py [--archive office|text] [--files 3000] [--rate 20000000] [--runs 3]`,
with the group `benchmarks` and Debian's restic. All go through one proxy that carries so many bytes a second, with a
round trip of 30 ms; with `--rate 0` there is no line, and `auto` must not take longer than `never`. Office files are
letters, mails, tables, PDF and pictures (`office_archive.py`), text is web pages of words. `never` is ours without
packing. restic's bytes are those of its repository with what belongs to it; it finds equal pieces of at least 512 kB
within large files too, where ours finds equal contents, and within a bundle whatever is equal.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive import Archive, archive_in, text_files
from delay_proxy import long_line
from office_archive import office_files
from our_transfer import transfer_once
from peers.peer import installed
from peers.restic import Restic
from table import median, print_table
from tenant_process import tenant_process

_ARCHIVES: dict[str, Callable[[Path, int], Archive]] = {
    "office": office_files,
    "text": lambda folder, files: text_files(folder, files, 39_000),
}
_OURS = "OMT, auto"


@dataclass(frozen=True, slots=True)
class Moved:
    """Seconds by the clock, bytes that were sent, and seconds of processor time of both ends."""

    seconds: float
    sent: float
    client: float
    server: float


@dataclass(frozen=True, slots=True)
class Line:
    """The line that all go over: a round trip in seconds, and bytes a second, 0 for as many as the machine moves."""

    round_trip: float
    rate: float

    def ours(self, archive: Archive, folder: Path, compress: str) -> Moved:
        """Transfer an archive to a new tenant."""
        with tenant_process(folder / "tenant") as tenant, long_line(tenant.port, self.round_trip, self.rate) as port:
            took = transfer_once(
                archive, tenant, folder / "workspace", port=port, settings=f'{{"compress": "{compress}"}}'
            )
        return Moved(took.seconds, took.sent, took.client, took.tenant)

    def theirs(self, peer: Restic, archive: Archive, folder: Path) -> Moved:
        """Back it up to a new repository."""
        served = folder / "served"
        with peer.served(served) as server, long_line(server.port, self.round_trip, self.rate) as port:
            before = archive_in(served / "repository").size
            took = server.copy(archive, port=port)
            sent = archive_in(served / "repository").size - before
        return Moved(took.seconds, sent, took.client, took.server)


def main() -> None:
    """Read the options, measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", choices=_ARCHIVES, default="office")
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--rate", type=float, default=20e6, help="bytes a second; 0 is no line")
    parser.add_argument("--round-trip", type=float, default=30.0, help="milliseconds, where there is a rate")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    line = Line(options.round_trip / 1_000 if options.rate else 0.0, options.rate)
    peers = installed([Restic("auto"), Restic("max")])
    moved: dict[str, list[Moved]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        archive = _ARCHIVES[options.archive](Path(name, "archive"), options.files)
        print(f"{archive.files} files, {archive.size / 1e6:.1f} MB, {options.rate / 1e6:.0f} MB/s")
        for _ in range(options.runs):
            for compress in ("auto", "never"):
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    moved[f"OMT, {compress}"].append(line.ours(archive, Path(folder), compress))
            for peer in peers:
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    moved[peer.name].append(line.theirs(peer, archive, Path(folder)))
    ours = _median(moved[_OURS])
    rows = []
    for who, runs in moved.items():
        one = _median(runs)
        rows.append(
            [
                who,
                f"{one.sent / 1e6:.1f}",
                f"{one.sent / ours.sent:.2f}",
                f"{one.seconds:.1f}",
                f"{one.seconds / ours.seconds:.2f}",
                f"{one.client:.1f}",
                f"{one.server:.1f}",
            ]
        )
    processor = ("client's processor s", "server's")
    print_table(["who", "MB sent", "of ours", "s", "of ours", *processor], rows)


def _median(runs: list[Moved]) -> Moved:
    return Moved(*(median(getattr(one, field) for one in runs) for field in ("seconds", "sent", "client", "server")))


if __name__ == "__main__":
    main()
