"""The same done to many things in a few threads, with the answers in the order of the things."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
A = TypeVar("A")


def side_by_side(work: Callable[[T], A], things: Iterable[T], *, threads: int) -> Iterator[tuple[T, A]]:
    """Yield each thing with what `work` says of it; no more are taken up than are at work or wait for their turn.

    What `work` raises is raised where its answer would come. Blocking; `things` are taken in the caller's own thread.
    """
    rest = iter(things)
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[tuple[T, Future[A]]] = deque()
        try:
            for thing in rest:
                under_way.append((thing, pool.submit(work, thing)))
                if len(under_way) > threads:
                    first, answer = under_way.popleft()
                    yield first, answer.result()
            while under_way:
                first, answer = under_way.popleft()
                yield first, answer.result()
        finally:
            for _, answer in under_way:
                answer.cancel()
