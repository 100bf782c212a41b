"""The installation that the faults strike: small, with large files among the small ones, and its undisturbed run."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.omt import Site, build
from tests.faults.processes import ServedTenant

PIECE = 64 << 10
"""Bytes of a bundle and of a chunk: so small that a site of a few MB has many of each."""

WORKERS = 4
HEADS = 4 << 10
"""What requests take beside their bodies, for one fault and one worker."""

LARGE = (1_500_000, 700_001)
"""Sizes of the two documents that are made large."""

TENANT = {
    "OMT_TENANT__BUNDLE_BYTES": str(PIECE),
    "OMT_TENANT__MEMBER_BYTES": str(PIECE // 2),
    "OMT_TENANT__CHUNK_BYTES": str(PIECE),
}
TOOL = {
    "OMT_UPLOAD__BUNDLE_BYTES": str(PIECE),
    "OMT_UPLOAD__PARALLEL_UPLOADS": str(WORKERS),
    # How slow the line seems to be would decide how much goes over it.
    "OMT_UPLOAD__COMPRESS": "never",
    "OMT_ONLINE__RETRY_LONGEST_WAIT": "0.1",
    "OMT_ONLINE__COMPLETION_POLL_LONGEST": "0.1",
    "OMT_CORE__SETTLE_SECONDS": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultySite:
    """A site with answers for a test migration, which leaves it as it is, and for a live one.

    The tool's settings make its migration quick: tables that hold nothing stay on site.
    """

    site: Site
    test: Path
    live: Path
    tool: dict[str, str]

    def settings(self, tenant: ServedTenant, *, url: str | None = None, **more: str) -> dict[str, str]:
        """The environment of a run to this tenant, which may be reached by another way."""
        way = {"OMT_ONLINE__URL": url or tenant.url, "OMT_ONLINE__TOKEN_FILE": str(tenant.token_file)}
        return {**self.tool, **way, **more}

    def migrate(self, workspace: Path, *, live: bool = False) -> tuple[str | Path, ...]:
        """The command."""
        return ("migrate", "--answers", self.live if live else self.test, "--workspace", workspace)


def build_faulty_site(folder: Path, *, documents: int = 80) -> FaultySite:
    """Simulate an installation whose first documents are large."""
    site = build(folder, documents=documents)
    for path, size in zip(document_files(site), LARGE, strict=False):
        path.write_bytes(random.Random(size).randbytes(size))
    with closing(sqlite3.connect(site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm:
        tables = [name for (name,) in crm.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        empty = [name for name in tables if not crm.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    return FaultySite(
        site=site,
        test=site.answer(None, name="test.toml", test_migration=True),
        live=site.answer(None, name="live.toml", test_migration=False),
        tool={**TOOL, "OMT_DATABASE__LEFT_TABLES": json.dumps(sorted(empty))},
    )


def document_files(site: Site) -> list[Path]:
    """The documents' files, in an order that never changes."""
    return sorted(path for path in (site.directory / "machine").rglob("*.doc*") if path.is_file())
