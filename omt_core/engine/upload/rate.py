"""The limit on sending, which may be changed while a run is under way (`omt limit`)."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

import anyio
from typing_extensions import override

from omt_core.api.context import RateLimiter
from omt_core.api.errors import InputError
from omt_core.api.files import write_whole

_UNITS: Final = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_LOOK_EVERY: Final = 1.0
_LONGEST_WAIT: Final = 0.5


def parse_rate(text: str) -> int | None:
    """Read `5M` as bytes per second, `off` as None. K, M and G are powers of 1,024, as sizes are shown.

    Raises `InputError` `rate-invalid`.
    """
    if text.strip().lower() == "off":
        return None
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([KMG]?)", text.strip().upper())
    rate = int(float(match[1]) * _UNITS[match[2]]) if match else 0
    if rate < 1:
        raise InputError(
            "rate-invalid", f"{text!r} is not a rate.", "Give bytes per second such as 500K or 5M, or the word off."
        )
    return rate


def write_limit(file: Path, rate: int | None) -> None:
    """Tell a run that reads `file` its limit, all at once. Raises `InputError` `workspace-not-writable`."""
    try:
        write_whole(file, b"off" if rate is None else str(rate).encode("ascii"))
    except OSError as error:
        raise InputError(
            "workspace-not-writable",
            f"The file {file} cannot be written: {error.strerror or error}.",
            "Make room and mend the rights in the workspace, then run the same command again.",
        ) from error


def read_limit(file: Path) -> int | None:
    """Return the limit that `file` tells a run; None where there is none, or the file says nothing that can be read."""
    try:
        return parse_rate(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, InputError):
        return None


class FileRateLimiter(RateLimiter):
    """Sends at most as many bytes per second as the file says; looks at the file about once a second."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rate: int | None = None
        self._looked = -_LOOK_EVERY
        self._free_at = 0.0

    @override
    async def acquire(self, size: int) -> None:
        """Wait until `size` more bytes fit below the limit."""
        self._look()
        if self._rate is None:
            return
        self._free_at = max(self._free_at, time.monotonic()) + size / self._rate
        mine = self._free_at
        while (wait := mine - time.monotonic()) > 0:
            await anyio.sleep(min(wait, _LONGEST_WAIT))
            self._look()
            if self._free_at < mine:
                return  # the limit was changed or lifted while this waited

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        rate = read_limit(self._file)
        if rate != self._rate:
            self._rate, self._free_at = rate, now
