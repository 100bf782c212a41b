"""Text that drivers cannot give: bytes that are not Unicode, such as half of a surrogate pair or another code page's.

Whatever is not Unicode becomes U+FFFD, once for each broken character, and the text says of itself that it was
repaired. Decoding so costs more than the drivers' own, so that it is asked for only where that failed.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

UTF_8: Final = "omt_repaired_utf_8"
UTF_16_LE: Final = "omt_repaired_utf_16_le"
"""Names of the codecs below, as pyodbc takes them."""

_HALVES: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
"""Half of a surrogate pair, written as if it were a character."""


class Repaired(str):
    """Text of which a part was not Unicode and has U+FFFD in its place."""

    __slots__ = ()


def text_of_utf_8(raw: bytes) -> str:
    """Return the text of bytes that should be UTF-8. Surrogate pairs written as two characters are one."""
    try:
        return str(raw, "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        halves = str(raw, "utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return Repaired(_HALVES.sub(REPLACEMENT.encode(), raw).decode("utf-8", "replace"))
    return text_of_utf_16_le(halves)


def text_of_bytes(value: bytes | str) -> str:
    """Return the text of UTF-8 as a driver gives bytes: as they are, or in SQL's notation."""
    return text_of_utf_8(value if isinstance(value, bytes) else bytes.fromhex(value[2:-1]))


def text_of_utf_16_le(raw: bytes) -> str:
    """Return the text of bytes that should be UTF-16."""
    try:
        return str(raw, "utf-16-le")
    except UnicodeDecodeError:
        return Repaired(str(raw, "utf-16-le", "replace"))


def _find(name: str) -> codecs.CodecInfo | None:
    decode = {UTF_8: text_of_utf_8, UTF_16_LE: text_of_utf_16_le}.get(name)
    if decode is None:
        return None

    def decoded(raw: object, errors: str = "strict") -> tuple[str, int]:
        del errors
        content = bytes(raw)  # type: ignore[call-overload] # a memoryview
        return decode(content), len(content)

    encoding = "utf-8" if name == UTF_8 else "utf-16-le"
    return codecs.CodecInfo(codecs.lookup(encoding).encode, decoded, name=name)


codecs.register(_find)
