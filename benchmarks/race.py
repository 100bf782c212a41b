"""Ours and its peers in one run: how long each took, and the table that tells what each promises beside it.

A file that is *durable* survives a loss of power once its peer has called it done; one that is *verified* was held
against a checksum of what was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from peers.peer import Peer, Took
from table import median, print_table

OURS = "OMT"


class Times:
    """What each run of each took."""

    def __init__(self) -> None:
        self._took: dict[str, list[Took]] = defaultdict(list)

    def add(self, who: str, took: Took) -> None:
        """Note a run."""
        self._took[who].append(took)

    def tell(self) -> None:
        """Print the run that is over."""
        runs = len(self._took[OURS])
        print(f"run {runs}: " + ", ".join(f"{who} {took[-1].seconds:.2f} s" for who, took in self._took.items()))

    def median(self, who: str) -> Took:
        """Return the median of each number by itself."""
        took = self._took[who]
        return Took(
            median(one.seconds for one in took), median(one.client for one in took), median(one.server for one in took)
        )


def against(times: Times, peers: Sequence[Peer], *, work: float, speed: str, share: str, unit: float) -> None:
    """Print the table. `work` in what speed counts a second; processor time as `share`, a share being 1 / `unit` s."""
    ours = times.median(OURS)
    promises = {OURS: (True, True), **{peer.name: (peer.durable, peer.verified) for peer in peers}}
    rows = []
    for who, (durable, verified) in promises.items():
        took = times.median(who)
        rows.append(
            [
                who,
                "yes" if durable else "no",
                "yes" if verified else "no",
                f"{took.seconds:.2f}",
                f"{work / took.seconds:.0f}",
                f"{took.client / work * unit:.2f}",
                f"{took.server / work * unit:.2f}",
                f"{took.seconds / ours.seconds:.2f}",
            ]
        )
    processor = (f"client's processor, {share}", "server's")
    print_table(["who", "durable", "verified", "s", speed, *processor, "OMT's speed to it"], rows)
