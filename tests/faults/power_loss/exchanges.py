"""Requests and answers over HTTP, read out of a record of what went over the sockets."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.power_loss import Receiving, Record, Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or an answer. `at` is the position in the record where its first bytes came or went."""

    at: int
    first: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def method(self) -> str:
        return self.first.split(" ")[0]

    @property
    def path(self) -> str:
        return self.first.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.first.split(" ")[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its answer."""

    request: Message
    answer: Message

    @property
    def at(self) -> int:
        return self.answer.at


def exchanges(record: Record, port: int, side: Literal["server", "client"]) -> Sequence[Message | Exchange]:
    """All that went between a server and its clients, as one side saw it: each request, and again with its answer."""
    asking: defaultdict[str, _Stream] = defaultdict(_Stream)
    answering: defaultdict[str, _Stream] = defaultdict(_Stream)
    asked: defaultdict[str, deque[Message]] = defaultdict(deque)
    found: list[Message | Exchange] = []
    for position, operation in enumerate(record.operations):
        if not isinstance(operation, Sending | Receiving) or "->" not in operation.channel:
            continue
        local, _, remote = operation.channel.partition("->")
        if not (local if side == "server" else remote).endswith(f":{port}"):
            continue
        if isinstance(operation, Receiving) is (side == "server"):
            heard = asking[operation.channel].take(position, operation.content)
            asked[operation.channel] += heard
            found += heard
        else:
            for answer in answering[operation.channel].take(position, operation.content):
                found.append(Exchange(request=asked[operation.channel].popleft(), answer=answer))
    return sorted(found, key=lambda one: one.at)


class _Stream:
    """One direction of a connection."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._at = 0

    def take(self, position: int, content: bytes) -> Sequence[Message]:
        """Return the messages that are whole now."""
        if not self._rest:
            self._at = position
        self._rest += content
        found = []
        while message := self._next():
            found.append(message)
            self._at = position
        return found

    def _next(self) -> Message | None:
        head, end, _ = bytes(self._rest).partition(b"\r\n\r\n")
        if not end:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        assert "transfer-encoding" not in headers, "a body of unknown length"
        begin = len(head) + len(end)
        length = int(headers.get("content-length", "0"))
        if len(self._rest) < begin + length:
            return None
        body = bytes(self._rest[begin : begin + length])
        del self._rest[: begin + length]
        return Message(at=self._at, first=first, headers=headers, body=body)
