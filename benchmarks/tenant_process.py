"""The embedded tenant in a process of its own, and what it says of what it stores.

As a program: `python benchmarks/tenant_process.py FOLDER` serves a tenant and prints where, as JSON.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
from processes import first_line, running_script

from omt_tenant.embedded import serve_tenant


@dataclass(frozen=True, slots=True)
class TenantProcess:
    """A tenant that is being served."""

    folder: Path
    port: int
    token_file: str
    pid: int

    def stored(self) -> tuple[int, int]:
        """Return how many contents it has verified and indexed, and their bytes."""
        with closing(sqlite3.connect(f"{(self.folder / 'tenant.sqlite').as_uri()}?mode=ro", uri=True)) as state:
            count, size = state.execute("SELECT count(*), coalesce(sum(size), 0) FROM contents").fetchone()
        return count, size

    def framing(self) -> int:
        """Return how many bytes of its packs are not contents: what holds bundles together."""
        with closing(sqlite3.connect(f"{(self.folder / 'tenant.sqlite').as_uri()}?mode=ro", uri=True)) as state:
            (packs,) = state.execute("SELECT coalesce(sum(size), 0) FROM packs").fetchone()
            (members,) = state.execute("SELECT coalesce(sum(size), 0) FROM contents WHERE pack IS NOT NULL").fetchone()
        return int(packs) - int(members)

    def committed(self) -> int:
        """Return how many items its stages have, each with a content that it verified."""
        with closing(sqlite3.connect(f"{(self.folder / 'tenant.sqlite').as_uri()}?mode=ro", uri=True)) as state:
            (items,) = state.execute("SELECT coalesce(sum(items), 0) FROM stages").fetchone()
        return int(items)


@contextmanager
def tenant_process(folder: Path) -> Iterator[TenantProcess]:
    """Serve a tenant until the context ends."""
    with running_script("tenant_process.py", str(folder)) as process:
        told = json.loads(first_line(process))
        yield TenantProcess(folder, told["port"], told["token_file"], process.pid)


async def _serve(folder: Path) -> None:
    async with serve_tenant(folder) as tenant:
        told = {"port": int(tenant.url.rpartition(":")[2]), "token_file": str(tenant.token_file)}
        print(json.dumps(told), flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(_serve, Path(sys.argv[1]))
