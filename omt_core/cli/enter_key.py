"""What a person types at the terminal while a command runs: a press of Enter, or the answer to a question.

It is read by a thread that ends with the process, since there is no way to call one back that works on Windows: neither
Ctrl-C nor the end of the tool waits for what nobody types.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

_READ_BYTES = 1024


@contextmanager
def enter_pressed(*, watched: bool) -> Iterator[MemoryObjectReceiveStream[None]]:
    """Give a stream that yields once for each press of Enter; it never yields where nobody sits at a terminal."""
    send, receive = anyio.create_memory_object_stream[None](1)
    if watched and sys.stdin is not None and sys.stdin.isatty():
        if hasattr(signal, "SIGTTIN"):
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # reading in the background (`omt &`) would stop the tool
        reading = (sys.stdin.fileno(), asyncio.get_running_loop(), send)
        threading.Thread(target=_read, args=reading, daemon=True, name="enter").start()
    with send, receive:
        yield receive


async def typed_answer() -> str:
    """Return the line that the person types at the terminal, an empty text where they end the input."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def take(text: bytes) -> None:
        if not answer.done():
            answer.set_result(text.decode("utf-8", "replace"))

    def read(terminal: int) -> None:
        text = b""
        with suppress(OSError):  # a terminal that is gone has come to its end
            while not (text := os.read(terminal, _READ_BYTES)) and _is_console(terminal):
                pass
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(take, text)

    threading.Thread(target=read, args=(sys.stdin.fileno(),), daemon=True, name="answer").start()
    return await answer


def _read(terminal: int, loop: asyncio.AbstractEventLoop, send: MemoryObjectSendStream[None]) -> None:
    def press() -> None:
        with suppress(anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError):
            send.send_nowait(None)

    # Not by sys.stdin, whose lock would be held when the interpreter ends; the end of the loop is a RuntimeError.
    with suppress(OSError, RuntimeError):
        while (text := os.read(terminal, _READ_BYTES)) or _is_console(terminal):
            if b"\n" in text or b"\r" in text:
                loop.call_soon_threadsafe(press)


if sys.platform == "win32":
    import ctypes
    import msvcrt

    def _is_console(terminal: int) -> bool:
        """Tell whether a read that gave nothing is no end: Windows' console gives nothing at Ctrl-C and at Ctrl-Z.

        Windows takes NUL for a terminal too, which gives nothing at once and for ever; only a console has a mode.
        """
        mode = ctypes.c_uint32()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(terminal))
        return bool(ctypes.WinDLL("kernel32").GetConsoleMode(handle, ctypes.byref(mode)))

else:

    def _is_console(terminal: int) -> bool:
        """Return False: a read that gives nothing is the end."""
        del terminal
        return False
