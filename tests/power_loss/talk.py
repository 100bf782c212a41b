"""Calls by which a process talks to others: over TCP, and on standard output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.power_loss.arguments import bytes_of, first_number
from tests.power_loss.operations import Receiving, Sending
from tests.power_loss.strace import Call

_PIPE: Final = "<" + "".join(f"\\x{byte:02x}" for byte in b"pipe:")
TALK: Final = ("<TCP:", _PIPE)
"""How such calls are recognised in a record."""

_TCP: Final = re.compile(r"\d+<TCP:\[([^\]]+)\]>")
_ON_PIPE: Final = re.compile(r"(?!2<)\d+" + re.escape(_PIPE))
"""Standard output, whatever number the thread that writes it has for it; not errors."""


def is_talk(call: Call) -> bool:
    """Tell whether a call is on a TCP connection or on standard output."""
    return _TCP.match(call.arguments) is not None or _ON_PIPE.match(call.arguments) is not None


def talk(call: Call) -> Iterator[tuple[int, Sending | Receiving]]:
    """Yield what such a call sends or receives, with the line of the record where that takes effect."""
    tcp = _TCP.match(call.arguments)
    channel = "stdout" if tcp is None else tcp[1]
    match call.name:
        case "sendto" | "sendmsg" | "write" | "writev":
            content = bytes_of(call)
        case "sendfile":
            content = bytes(int(first_number(call.result)))  # a file's own bytes, which nobody looks at
        case "recvfrom":
            if received := bytes_of(call):
                yield call.ended, Receiving(process=call.process, channel=channel, content=received)
            return
        case _:
            return
    yield call.began, Sending(process=call.process, channel=channel, content=content)
