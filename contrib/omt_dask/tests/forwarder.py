"""Hands connections from one address on to another: `python forwarder.py FROM-PORT TO-PORT`, the latter of loopback.

The tenant listens on loopback alone, and sites come by a line of their own.
"""

from __future__ import annotations

import asyncio
import sys


async def _forward(port: int, to: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(_copy(reader, away), _copy(there, writer))

    async with await asyncio.start_server(serve, "0.0.0.0", port) as server:
        print("listening", flush=True)
        await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(1 << 16):
            writer.write(some)
            await writer.drain()
    except OSError:
        pass  # the line has broken, and whoever is at the other end hears of it
    writer.close()


if __name__ == "__main__":
    asyncio.run(_forward(*map(int, sys.argv[1:])))
