"""What can happen to a connection, as values: how much passes first, in which direction, and what happens then."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way bytes flow, seen from the client."""

    TO_SERVER = "to-server"
    TO_CLIENT = "to-client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The base. It strikes when one byte more than `after` would pass in `direction`."""

    after: int = 0
    direction: Direction = Direction.TO_SERVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Fault):
    """Both sides see the connection end in good order (FIN), in the middle of whatever was being said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Fault):
    """Both sides see the connection reset (RST)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackHole(Fault):
    """Nothing passes any more in this direction and nobody is told, until the proxy heals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Fault):
    """Each further chunk waits `seconds`, and up to `jitter` seconds more as the proxy's seed has it."""

    seconds: float
    jitter: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Fault):
    """Further bytes pass at this rate."""

    bytes_per_second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Fault):
    """The proxy answers an HTTP request itself and ends the connection, as a busy server or a company's proxy would.

    Within a request it answers at once, in the middle of the body; the server never sees the rest. `page` is the body.
    """

    status: int
    retry_after: str | None = None
    page: str = ""

    @property
    def answer(self) -> bytes:
        """The answer as it goes over the line."""
        body = self.page.encode()
        lines = [f"HTTP/1.1 {self.status} Refused", f"Content-Length: {len(body)}", "Connection: close"]
        if body:
            lines.append("Content-Type: text/html; charset=utf-8")
        if self.retry_after is not None:
            lines.append(f"Retry-After: {self.retry_after}")
        return "\r\n".join((*lines, "", "")).encode() + body


def random_faults(seed: int, count: int, *, longest: int = 1 << 20) -> Sequence[Fault]:
    """Return `count` cuts and resets after 0 to `longest` bytes in either direction; a seed always gives the same."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    return [
        chance.choice((Cut, Reset))(after=chance.randint(0, longest), direction=chance.choice(tuple(Direction)))
        for _ in range(count)
    ]
