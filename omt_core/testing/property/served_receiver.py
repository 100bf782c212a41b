"""An online side at the end of the line: what it keeps on disk, served for each run and then stopped.

A tool that dies is met by one that has just started again, and knows what was durable only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import ClassVar, Protocol

from typing_extensions import override

from omt_core.api.online import OnlineMigration
from omt_core.testing.online_side import Connect, open_migration
from omt_core.testing.property.receiver import Receiver
from omt_core.testing.property.simulation import Trouble


class Holdings(Protocol):
    """What an online side keeps, seen while it is not served."""

    def sizes(self) -> Mapping[str, int]:
        """Return the sizes of all contents that are there whole, by digest."""
        ...

    def faults(self) -> Sequence[str]:
        """Return what is wrong with what is kept; nothing, if all is well."""
        ...

    def reached(self, url: str) -> int | None:
        """Return how far an upload is that can go on."""
        ...

    def finished(self, url: str) -> bool:
        """Tell whether an upload has become whole."""
        ...


class ServedReceiver(Receiver):
    """An online side as the tool in `workspace` reaches it; `serve` runs it, entered once for each run."""

    mishaps: ClassVar[tuple[str, ...]] = ("another",)
    troubles: ClassVar[tuple[Trouble, ...]] = (
        "die before it",
        "die after it",
        "stop",
        "cancel",
        "fail",
        "lose the answer",
        "cut the line",
    )

    def __init__(
        self, serve: Callable[[], AbstractAsyncContextManager[Connect]], holdings: Holdings, workspace: Path
    ) -> None:
        super().__init__()
        self._serve = serve
        self._holdings = holdings
        self._workspace = workspace
        self._sizes: Mapping[str, int] = {}

    @asynccontextmanager
    @override
    async def open(self) -> AsyncIterator[OnlineMigration]:
        async with self._serve() as connect, open_migration(connect, self._workspace) as migration:
            yield migration
        self.faults += self._holdings.faults()
        self._sizes = self._holdings.sizes()

    @property
    @override
    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    @property
    @override
    def unfinished_bytes(self) -> int:
        return 0

    @override
    def reached(self, url: str) -> int | None:
        return self._holdings.reached(url)

    @override
    def finished(self, url: str) -> bool:
        return self._holdings.finished(url)

    @override
    def wasted_bytes(self, known: Sequence[str]) -> int:
        return 0  # counted where it is known what was taken

    @override
    def expire(self) -> None:
        raise NotImplementedError

    @override
    def lose(self, digest: str) -> None:
        raise NotImplementedError

    @override
    def refused(self, url: str) -> None:
        """Need not know: what is gone is not found any more."""
