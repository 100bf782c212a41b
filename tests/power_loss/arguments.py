"""Reading the arguments and results of calls, as strace writes them with all texts in hexadecimal digits."""

from __future__ import annotations

import os
import re
from typing import Final

from tests.power_loss.strace import Call, RecordError

STRING: Final = re.compile(r'"([^"]*)"(\.\.\.)?')
DESCRIPTOR: Final = re.compile(r"(AT_FDCWD|-?\d+)(?:<([^>]*)>(\(deleted\))?)?")
_NUMBER: Final = re.compile(r"\d+")


def bytes_of(call: Call) -> bytes:
    """Return the text, or all texts of the vector, among the arguments, as far as the call took or gave them."""
    length = int(first_number(call.result))
    found = list(STRING.finditer(call.arguments))
    content = b"".join(bytes.fromhex(one[1].replace("\\x", "")) for one in found)
    if len(content) < length:
        raise RecordError(f"the record has {len(content)} of the {length} bytes of a {call.name}")
    return content[:length]


def path_of(text: str) -> str | None:
    """Return the path of the last descriptor in a text, None when it has none."""
    found = [match for match in DESCRIPTOR.finditer(text) if match[2]]
    return decoded(found[-1][2]) if found and found[-1][2].startswith("\\x") else None


def decoded(text: str) -> str:
    """Return what stands behind hexadecimal digits; a text without them, like a socket's name, stays as it is."""
    return os.fsdecode(bytes.fromhex(text.replace("\\x", ""))) if text.startswith("\\x") else text


def first_number(text: str) -> str:
    """Return the digits that a text begins with."""
    match = _NUMBER.match(text)
    if match is None:
        raise RecordError(f"a number was expected: {text[:100]}")
    return match[0]
