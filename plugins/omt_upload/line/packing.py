"""Bundles in one frame for a line that is slower than packing: when they are wanted, and when they are worth it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import anyio
import anyio.to_thread

from omt_protocol.bundle.writer import Buffer, Framing, build_bundle
from omt_upload.settings import UploadSettings

FORM: Final = "zstd"

_WORTH: Final = 0.95
"""The part that must be left at most, since the online side has work with unpacking it."""

_FIRST_GUESS: Final = (30e6, 0.1)
"""Bytes and seconds of packing, which count as if they had been measured."""

_SHARE: Final = 0.15
"""The part of the speed of packing that the line may have: where it has more, both ends have no time to spare.

Packing is timed by processor time: a machine that has other work to do is slow at sending as well."""


class Packer:
    """Packs bundles, if the settings, the online side and the line want it. May be used by several threads.

    `limiter` bounds how many are packed at once, since each needs as much memory again.
    """

    def __init__(self, settings: UploadSettings, forms: tuple[str, ...]) -> None:
        """Take the forms of bundles that the online side takes."""
        self._when = settings.compress if FORM in forms else "never"
        self._packed, self._seconds = _FIRST_GUESS
        self._lock = threading.Lock()
        self.limiter = anyio.CapacityLimiter(settings.readers)

    def wanted(self, line_speed: float | None) -> bool:
        """Tell whether to pack for a line of so many bytes a second.

        None: nothing was sent yet. What waits to be packed then keeps the line waiting, and nobody learns what it is.
        """
        if self._when == "auto":
            return line_speed is not None and line_speed < _SHARE * self._packed / self._seconds
        return self._when == "always"

    def pack(self, bundle: memoryview) -> bytes | None:
        """Return a bundle in a frame, or None where that is not worth it. Blocks."""
        from omt_protocol.bundle.frame import in_a_frame  # noqa: PLC0415 - it loads aiohttp.web: only who packs needs it

        begun = time.thread_time()
        frame = in_a_frame(bundle)
        seconds = time.thread_time() - begun
        if len(frame) > _WORTH * len(bundle):
            return None
        with self._lock:  # sums, since on Windows each measure may be 15 ms wrong
            self._packed += len(bundle)
            self._seconds += seconds
        return frame


class Ready(NamedTuple):
    """A bundle that a buffer begins with as it goes over the line: what it is announced as, and its size there."""

    kind: Literal["bundle", "zstd-bundle"]
    digest: str
    size: int


async def make_ready(
    buffer: Buffer, members: Sequence[tuple[str, int, int]], framing: Framing, packer: Packer | None
) -> Ready:
    """Make the buffer begin with a bundle of its contents (digest, offset, size), in a frame if a packer is given.

    What was in the buffer is lost.
    """
    limiter = None if packer is None else packer.limiter
    return await anyio.to_thread.run_sync(_make_ready, buffer, members, framing, packer, limiter=limiter)


def _make_ready(
    buffer: Buffer, members: Sequence[tuple[str, int, int]], framing: Framing, packer: Packer | None
) -> Ready:
    bundle = build_bundle(buffer, members, framing)
    with memoryview(buffer) as view:
        if packer is not None:
            with view[: bundle.size] as whole:
                frame = packer.pack(whole)
            if frame is not None:
                view[: len(frame)] = frame
                return Ready("zstd-bundle", bundle.digest, len(frame))
    return Ready("bundle", bundle.digest, bundle.size)
