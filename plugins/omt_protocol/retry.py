"""Patience: a wrapper round an open migration that tries again what may be tried again."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar, cast

import stamina
from typing_extensions import override

from omt_core.api import (
    Backpressure,
    Chunk,
    CompletionProgress,
    CompletionRequest,
    ContentRef,
    CreatedUpload,
    EventSink,
    KnownMissing,
    ManifestEntry,
    Notice,
    OnlineError,
    OnlineMigration,
    OnlineUnavailableError,
    PartHints,
    SenderPass,
    SenderPasses,
    UploadMismatchError,
    UploadRequest,
    joined,
    plural,
    sentence,
)
from omt_protocol.errors import BODY_REFUSED, BUSY, CONTENT_MISMATCH, OFFSET_MISMATCH, ONLINE_CONNECTION_LOST

T = TypeVar("T")

_FIRST_WAIT: Final = 0.5
_DAMAGED_SENDS: Final = 5
"""How often one chunk may arrive damaged before the line, or this machine's memory, is not to be trusted."""


_TOLD_EACH: Final = 60.0
"""Seconds between two lines about one failure that goes on."""
_CUT_BODIES: Final = 6
"""How often in a row the line may break over one body until the body is the reason, if the line carries all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on trying, and the longest wait between two tries unless the tenant asks for more; seconds."""

    total: float
    longest_wait: float


class Retries:
    """Repeats calls that failed with `OnlineUnavailableError`, saying so, until patience is over.

    `refusals` counts how often the other end asked for less at a time, which is what it says with the code `busy`.
    `clock` tells seconds.
    """

    def __init__(
        self,
        patience: Patience,
        events: EventSink,
        *,
        busy: str = BUSY.code,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.refusals = 0
        self._patience = patience
        self._busy = busy
        self._outages = _Outages(events, busy, clock)

    async def again(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what the call returns, the last time it is tried; it must do no harm to call it twice."""
        async for attempt in stamina.retry_context(
            on=_wait_asked_for,
            attempts=None if self._patience.total else 1,
            timeout=self._patience.total or None,
            wait_initial=_FIRST_WAIT,
            wait_max=self._patience.longest_wait,
            wait_jitter=_FIRST_WAIT,
        ):
            with attempt:
                try:
                    answer = await call()
                except OnlineUnavailableError as error:
                    self.refusals += error.code == self._busy
                    wait = attempt.next_wait if error.retry_after is None else error.retry_after
                    self._outages.failed(error, wait)
                    raise
                self._outages.over()
                return answer
        raise AssertionError  # stamina returns or raises


class _Outages:
    """Says a failure once, and while it goes on a count now and then: many uploads at once meet the same one."""

    def __init__(self, events: EventSink, busy: str, clock: Callable[[], float]) -> None:
        self._events = events
        self._busy = busy
        self._clock = clock
        self._tries: dict[str, int] = {}
        self._told: dict[str, float] = {}

    def failed(self, error: OnlineUnavailableError, wait: float) -> None:
        """Count a try that failed, the next of which is after `wait` seconds."""
        self._tries[error.code] = tries = self._tries.get(error.code, 0) + 1
        now = self._clock()
        if now - self._told.get(error.code, -math.inf) < _TOLD_EACH:
            return
        self._told[error.code] = now
        again = plural(tries, "Trying again in {seconds} s.", "Tried {number:,} times so far.", seconds=math.ceil(wait))
        self._events.emit(Notice(message=joined([error.message, again], " ")))

    def over(self) -> None:
        """Take it that the online side answers: what failed before is over, and said if it was more than a moment.

        One that is busy answered all the time.
        """
        tries = sum(self._tries.pop(code) for code in tuple(self._tries) if code != self._busy)
        if tries > 1:
            told = sentence("The online side answers again, after {number:,} tries that failed.", number=tries)
            self._events.emit(Notice(message=told))


def retrying(inner: OnlineMigration, patience: Patience, events: EventSink) -> OnlineMigration:
    """Return the same migration with patience: each call is repeated until patience is over."""
    return cast("OnlineMigration", RetryingMigration(inner, patience, events))


class RetryingMigration(Backpressure, KnownMissing, PartHints, SenderPasses):
    """Repeats calls that failed with `OnlineUnavailableError`, and gives the last error on when patience is over.

    Every call but a send may be repeated as it is, and is not said here again (`__getattr__`). A send whose answer was
    lost may have arrived: the tenant's offset decides what of it is still to be sent.
    """

    def __init__(self, inner: OnlineMigration, patience: Patience, events: EventSink) -> None:
        self._inner = inner
        self._events = events
        self._retries = Retries(patience, events)

    def __getattr__(self, name: str) -> object:
        value = getattr(self._inner, name)
        return partial(self._repeated, value) if inspect.iscoroutinefunction(value) else value

    async def _repeated(self, call: Callable[..., Awaitable[T]], *arguments: object, **named: object) -> T:
        return await self._retries.again(partial(call, *arguments, **named))

    @property
    @override
    def refusals(self) -> int:
        return self._retries.refusals

    @override
    def known_missing(self, contents: Sequence[ContentRef]) -> frozenset[str]:
        return self._inner.known_missing(contents) if isinstance(self._inner, KnownMissing) else frozenset()

    async def create_upload(self, request: UploadRequest, first_chunk: Chunk = b"") -> CreatedUpload:
        """Create anew what an answer that was lost may have created: that one is left to expire."""
        cuts = _Cuts(len(first_chunk))
        question = request.members[:1] or (ContentRef(digest=request.digest, size=request.size),)

        async def is_unmoved() -> bool:
            return bool(await self._inner.missing(question))

        async def step() -> CreatedUpload:
            try:
                return await self._inner.create_upload(request, first_chunk)
            except OnlineUnavailableError as error:
                await cuts.take(error, is_unmoved)
                raise

        return await self._retries.again(step)

    async def send(self, url: str, offset: int, chunk: Chunk) -> int:
        """Send what of the chunk is not there yet, as the offset online tells after each doubt."""
        end = offset + len(chunk)
        at = offset
        doubt = False
        damaged = 0
        cuts = _Cuts(len(chunk))

        async def is_unmoved() -> bool:
            return await self._inner.offset(url) == at

        async def step() -> int:
            nonlocal at, doubt, damaged
            if doubt:
                at = await self._inner.offset(url)
                doubt = False
            if at == end:
                return end
            if not offset <= at < end:
                raise _elsewhere(url, at)
            try:
                return await self._inner.send(url, at, chunk[at - offset :])
            except OnlineUnavailableError as error:
                doubt = True
                await cuts.take(error, is_unmoved)
                raise
            except UploadMismatchError as error:
                doubt = True
                damaged += 1
                if error.code == CONTENT_MISMATCH.code or damaged == _DAMAGED_SENDS:
                    raise
                raise OnlineUnavailableError(error.code, error.message, error.remedy) from error

        try:
            return await self._retries.again(step)
        except OnlineUnavailableError as error:
            if isinstance(error.__cause__, UploadMismatchError):
                raise error.__cause__ from None
            raise

    @override
    async def announce(self, entries: Sequence[ManifestEntry]) -> None:
        # Tried once: without it nothing is lost but a little time. What is wrong with the line or the claim, the next
        # call says.
        if isinstance(self._inner, PartHints):
            with suppress(OnlineError):
                await self._inner.announce(entries)

    @override
    async def hand_out(self) -> SenderPass | None:
        return await self._retries.again(self._inner.hand_out) if isinstance(self._inner, SenderPasses) else None

    async def complete(self, request: CompletionRequest | None) -> AsyncIterator[CompletionProgress]:
        """Ask again where the line broke; the online side goes on meanwhile."""
        steps = self._inner.complete(request)

        async def step() -> CompletionProgress | None:
            nonlocal steps
            try:
                return await anext(steps, None)
            except OnlineUnavailableError:
                steps = self._inner.complete(request)
                raise

        while (progress := await self._retries.again(step)) is not None:
            yield progress

    async def manifest(self) -> AsyncIterator[Sequence[ManifestEntry]]:
        """Go on behind what was told."""
        told = 0
        batches = self._inner.manifest()

        async def step() -> Sequence[ManifestEntry] | None:
            nonlocal batches
            try:
                return await anext(batches, None)
            except OnlineUnavailableError:
                # A committed manifest stays as it is while the claim is held: begin anew behind what was told.
                batches = _behind(self._inner.manifest(), told)
                raise

        while (batch := await self._retries.again(step)) is not None:
            told += len(batch)
            yield batch

    async def aclose(self) -> None:
        """Give the claim back; where that fails, say so and no more."""
        try:
            await self._inner.aclose()
        except OnlineError as error:
            # A claim that is not given back ends by itself, and what was confirmed stays so: no reason to fail a run.
            kept = sentence("The claim on the migration could not be given back: {why}", why=error.message)
            self._events.emit(Notice(message=kept))


@dataclass(slots=True)
class _Cuts:
    """How often in a row the line broke over one body of `size` bytes.

    Scanners and filters cut the connection of a body that they do not let through: to try on for long is of no use.
    """

    size: int
    count: int = 0

    async def take(self, error: OnlineUnavailableError, is_unmoved: Callable[[], Awaitable[bool]]) -> None:
        """Count what a body failed with; raises `BodyRefusedError` after the last, if the line carries a question.

        `is_unmoved` asks it: whether nothing of the body has arrived. A line that does not carry that either says
        nothing of the body.
        """
        self.count = self.count + 1 if self.size and error.code == ONLINE_CONNECTION_LOST.code else 0
        if self.count < _CUT_BODIES:
            return
        self.count = 0
        try:
            refused = await is_unmoved()
        except OnlineUnavailableError:
            return
        if refused:
            raise BODY_REFUSED.error(
                sentence(
                    "Something on the way cuts the line each time a body of {size} bytes is sent, and lets all else"
                    " pass.",
                    size=self.size,
                ),
                status=None,
            ) from error


def _wait_asked_for(error: Exception) -> bool | float:
    """Tell stamina whether to try again, and when, if the tenant said when."""
    if not isinstance(error, OnlineUnavailableError):
        return False
    return True if error.retry_after is None else error.retry_after


async def _behind(
    batches: AsyncIterator[Sequence[ManifestEntry]], count: int
) -> AsyncIterator[Sequence[ManifestEntry]]:
    """Leave out the first `count` entries."""
    async for batch in batches:
        rest = batch[count:] if count else batch
        count = max(0, count - len(batch))
        if rest:
            yield rest


def _elsewhere(url: str, offset: int) -> UploadMismatchError:
    return OFFSET_MISMATCH.error(
        sentence("The upload {url} stands at {offset} online, which is not where it was left.", url=url, offset=offset)
    )
