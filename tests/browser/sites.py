"""Simulated installations for the browser: built once, copied for each test that changes something."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from omt_core.engine.upload.rate import RateLimit, write_limit
from omt_core.engine.workspace import LIMIT_FILE, LOCK_FILE
from tests.e2e.omt import Site, build

PIECES = {
    "OMT_TENANT__BUNDLE_BYTES": str(16 << 10),
    "OMT_TENANT__MEMBER_BYTES": str(8 << 10),
    "OMT_TENANT__CHUNK_BYTES": str(16 << 10),
    "OMT_TENANT__PARALLEL_UPLOADS": "2",
}
"""The environment of a tenant that takes small pieces, so that even a slow upload is paused and stopped at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An installation, and what its administrator knows. Tables that hold nothing stay on site: that is quicker."""

    site: Site
    settings: dict[str, str]

    @property
    def login(self) -> str:
        """The login of the administrator."""
        return "HH"

    @property
    def password(self) -> str:
        """The administrator's password."""
        return (self.site.directory / "password.txt").read_text(encoding="utf-8").strip()

    @property
    def archive(self) -> Path:
        """The document archive of the administrator."""
        return self.site.directory / "machine/C/SO_ARC/HH"

    def documents(self) -> list[Path]:
        """The administrator's documents in the archive, in an order that never changes."""
        return sorted(path for path in self.archive.rglob("*") if path.is_file() and path.parent.name[0].isdigit())

    def limit(self, rate: int | None) -> None:
        """Limit the rate as `omt limit` does; also of the first run, for which the folder passes for a workspace."""
        work = self.site.folder / "work"
        work.mkdir(mode=0o700, exist_ok=True)
        (work / LOCK_FILE).touch(mode=0o600)
        write_limit(work / LIMIT_FILE, RateLimit.always(rate))

    def copy(self, folder: Path) -> Office:
        """Copy it into a test's own folder."""
        shutil.copytree(self.site.directory, folder / "site")
        site = Site(folder=folder, directory=folder / "site", answers=folder / "site/answers.toml")
        return Office(site=site, settings=self.settings)


def build_office(folder: Path, *, users: int = 8, documents: int = 40, **plants: int) -> Office:
    """Simulate one. A plant is given as in `tests.e2e.omt.build`."""
    site = build(folder, users=users, documents=documents, **plants)
    with closing(sqlite3.connect(site.directory / "machine/C/SuperOffice/Data/crm.sqlite")) as crm:
        tables = [name for (name,) in crm.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        empty = [name for name in tables if not crm.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    return Office(
        site=site,
        settings={
            "OMT_DATABASE__LEFT_TABLES": json.dumps(sorted(empty)),
            "OMT_ONLINE__RETRY_LONGEST_WAIT": "0.1",
            "OMT_ONLINE__COMPLETION_POLL_LONGEST": "0.1",
        },
    )
