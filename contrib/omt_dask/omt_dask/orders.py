"""What the tool tells its workers while they send: the pass to send with, whether to stop, and that it is still there.

It goes from the tool to the scheduler and from there to each worker as the value of a variable, over the connections of
Dask, which are encrypted: never as part of a task, whose text stands in logs and on the dashboard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from omt_core.api import SECRETS, SenderPass, TransferLimits

SECONDS_BETWEEN_ORDERS: Final = 2.0
"""How often the tool gives orders, and workers look at them."""

SECONDS_OF_SILENCE: Final = 60.0
"""After so long without new orders the tool is held for dead, and nothing more is sent for it."""


def orders_name(run: str) -> str:
    """Return the name of the variable with a run's orders."""
    return f"omt-orders-{run}"


def permits_name(run: str) -> str:
    """Return the name of the queue that hands out a run's share of the line, in bytes."""
    return f"omt-permits-{run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Orders of one moment; `number` counts them."""

    number: int
    stop: bool
    given: SenderPass = field(repr=False)

    def packed(self) -> dict[str, Any]:
        """Return them as a value that a variable takes."""
        return {"number": self.number, "stop": self.stop, "given": asdict(self.given)}

    @classmethod
    def unpacked(cls, value: Mapping[str, Any]) -> Orders:
        """Take them from the value of a variable."""
        given = dict(value["given"])
        limits = dict(given.pop("limits"))
        for name in ("encodings", "bundles"):
            limits[name] = tuple(limits[name])
        SECRETS.add(given["token"])
        return cls(
            number=value["number"],
            stop=value["stop"],
            given=SenderPass(**given, limits=TransferLimits(**limits)),
        )
