"""Moments on the way through a fault proxy: a byte that is reached or a text that comes by, and what happens then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omt_core.testing.faults import Direction

Act = Callable[[], object]


@dataclass(slots=True)
class _Byte:
    """So many bytes of all connections together went through."""

    direction: Direction
    size: int
    act: Act


@dataclass(slots=True)
class _Text:
    """A text comes by for the `left`th time from now."""

    direction: Direction
    text: bytes
    left: int
    act: Act


class Moments:
    """Waits for moments, each of which comes once. What is to happen then must not block."""

    def __init__(self) -> None:
        self.passed = dict.fromkeys(Direction, 0)
        self._bytes: list[_Byte] = []
        self._texts: list[_Text] = []

    def at_byte(self, direction: Direction, size: int, act: Act) -> None:
        """Wait until `size` bytes in all went through."""
        self._bytes.append(_Byte(direction, size, act))

    def at_text(self, direction: Direction, text: bytes, nth: int, act: Act) -> None:
        """Wait until a text is about to go through; it must come in one piece, as the head of a request does."""
        self._texts.append(_Text(direction, text, nth, act))

    def room(self, direction: Direction, chunk: bytes) -> int:
        """Say how much of a chunk may go before the next moment; those that are there already come now."""
        for one in [one for one in self._texts if one.direction is direction and one.text in chunk]:
            one.left -= 1
            if not one.left:
                self._texts.remove(one)
                one.act()
        rest = [one.size - self.passed[direction] for one in self._bytes if one.direction is direction]
        return max(1, min([len(chunk), *rest]))

    def count(self, direction: Direction, size: int) -> None:
        """Count what went through; what was waiting for it happens now."""
        self.passed[direction] += size
        due = [one for one in self._bytes if one.direction is direction and one.size <= self.passed[direction]]
        for one in due:
            self._bytes.remove(one)
            one.act()
