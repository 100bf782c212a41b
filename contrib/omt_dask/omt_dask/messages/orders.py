"""What the tool tells its workers while they send: whether to stop, that it is there, and how to reach the tenant.

It goes to all of them as the value of one of Dask's variables. What is secret of it, the token to send with and what
settings may hold of proxies, is in a box for each worker (`omt_dask.messages.sealing`): never in a task, whose text
stands in logs and on the dashboard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from omt_core.api import SECRETS, SenderPass, TransferLimits
from omt_online.settings import ClientSettings

from omt_dask.messages.sealing import opened, sealed

SECONDS_BETWEEN_ORDERS: Final = 2.0
"""How often the tool gives orders, and workers look at them."""

SECONDS_OF_SILENCE: Final = 60.0
"""After so long without new orders the tool is held for dead, and nothing more is sent for it until there are."""


def orders_name(run: str) -> str:
    """Return the name of the variable with a run's orders."""
    return f"omt-orders-{run}"


def permits_name(run: str) -> str:
    """Return the name of the queue that hands out a run's share of the line, in bytes."""
    return f"omt-permits-{run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Orders of one moment; `number` counts them, and `online` is how the workers of each home reach the tenant."""

    number: int
    stop: bool
    given: SenderPass = field(repr=False)
    online: Mapping[str, ClientSettings] = field(repr=False)

    def packed(self, readers: Mapping[str, bytes]) -> dict[str, Any]:
        """Return them as a value of a variable, for workers by name, each with its public key."""
        online = {
            home: settings.model_dump(mode="json", exclude={"token_file"}) for home, settings in self.online.items()
        }
        secret = json.dumps({"token": self.given.token, "online": online}).encode()
        return {
            "number": self.number,
            "stop": self.stop,
            "given": asdict(replace(self.given, token="")),
            "boxes": {name: sealed(key, secret) for name, key in readers.items()},
        }

    @classmethod
    def unpacked(cls, value: Mapping[str, Any], reader: str, own: X25519PrivateKey) -> Orders | None:
        """Take them from the value of a variable; None where the tool does not know of this worker yet."""
        box = value["boxes"].get(reader)
        if box is None:
            return None
        secret = json.loads(opened(own, box))
        SECRETS.add(secret["token"])
        limits: dict[str, Any] = dict(value["given"]["limits"])
        limits |= {name: tuple(one) for name, one in limits.items() if isinstance(one, list)}
        return cls(
            number=value["number"],
            stop=value["stop"],
            given=SenderPass(
                migration=value["given"]["migration"],
                address=value["given"]["address"],
                limits=TransferLimits(**limits),
                token=secret["token"],
                seconds=value["given"]["seconds"],
            ),
            online={home: ClientSettings.model_validate(one) for home, one in secret["online"].items()},
        )
