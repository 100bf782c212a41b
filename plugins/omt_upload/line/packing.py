"""Packing contents for a slow line: which are worth it, when the line is slow enough, and the packing itself."""

from __future__ import annotations

import threading
import time
import zlib
from typing import Final

from omt_protocol.bundle.writer import PACKED_NAME, Framing, Packed
from omt_upload.settings import UploadSettings

ENCODING: Final = "gzip"

_LEVEL: Final = 4
"""Of what is sent at level 6 this sends 1 % more, in two thirds of the time (text of letters and web pages)."""

_SAMPLE: Final = 32 << 10
_WORTH: Final = 0.85
"""The part that must be left of a sample at most for the whole to be packed."""

_SMALLEST: Final = 1_024
_GZIP: Final = 31
"""What zlib calls gzip's form: with a head that holds no time, and a checksum at the end."""

_PACKED_ALREADY: Final = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"PK\x03\x04", b"PK\x05\x06", b"%PDF", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf",
    b"\xfd7zXZ", b"Rar!", b"\x28\xb5\x2f\xfd", b"PAR1", b"RIFF", b"OggS", b"ID3", b"fLaC",
)  # fmt: skip
"""How files begin that are packed by themselves: pictures, Office's newer documents, PDF, archives, Parquet, sound."""

_FIRST_GUESS: Final = 40e6
_SHARE: Final = 0.5
"""The part of the speed of packing that the line may have. That is taken by the clock: a core that has other work to do
packs slowly."""

_WEIGHT_OF_NEW: Final = 0.2


class Packer:
    """Packs contents, if the settings, the online side and the line want it. May be used by several threads."""

    def __init__(self, settings: UploadSettings, encodings: tuple[str, ...], framing: Framing) -> None:
        """Take what the online side unpacks, and what holds the members of its bundles together."""
        self._space = framing.space
        self._when = settings.compress if ENCODING in encodings else "never"
        self._speed = _FIRST_GUESS
        self._lock = threading.Lock()

    def wanted(self, line_speed: float | None) -> bool:
        """Tell whether to pack for a line of so many bytes a second; None: it is not known yet."""
        if self._when == "auto":
            return line_speed is not None and line_speed < _SHARE * self._speed
        return self._when == "always"

    def pack(self, content: memoryview) -> Packed | None:
        """Return a content packed, or None where that is not worth it. Blocks."""
        if len(content) < _SMALLEST or bytes(content[:8]).startswith(_PACKED_ALREADY):
            return None
        begun = time.perf_counter()
        with content[:_SAMPLE] as sample:
            size = len(sample)
            if len(zlib.compress(sample, 1)) > _WORTH * size:
                return None
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        packed = packer.compress(content) + packer.flush()
        self._learn(len(content), time.perf_counter() - begun)
        worth = self._space(len(packed) + len(PACKED_NAME)) < self._space(len(content))
        return Packed(packed) if worth else None

    def _learn(self, size: int, seconds: float) -> None:
        if size < _SAMPLE:
            return
        with self._lock:
            self._speed += _WEIGHT_OF_NEW * (size / max(seconds, 1e-6) - self._speed)
