"""What a migration comes to, and whether one that was disturbed came to the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.e2e.omt import Ended
from tests.faults.processes import ServedTenant, run

FileLine = tuple[str, str, str, int, str | None, str]
"""Stage, key, name, size, digest and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """The manifest's files, the database by table (rows, fingerprint), and what the receipt and the tool say of them.

    The parts of the database are not compared one by one: they follow the snapshot.
    """

    files: frozenset[FileLine]
    tables: Mapping[str, tuple[int, int]]
    imported: Mapping[str, tuple[int, str]]
    verified: Mapping[str, int]
    missing: int
    failed: int


def end_state(ended: Ended, workspace: Path) -> EndState:
    """Read what came of a run that ended well."""
    assert ended.code == 0, (ended.result["error"], ended.errors)
    files: set[FileLine] = set()
    tables: dict[str, tuple[int, int]] = {}
    for line in map(json.loads, (workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines()):
        if part := line.get("part"):
            rows, total = tables.get(part["table"], (0, 0))
            tables[part["table"]] = (rows + part["rows"], (total + int(part["fingerprint"], 16)) % 2**128)
        else:
            files.add((line["stage"], line["key"], line["name"], line["size"], line["digest"], line.get("reason", "")))
    header = json.loads((workspace / "receipt.json").read_text(encoding="utf-8"))["header"]
    return EndState(
        files=frozenset(files),
        tables=tables,
        imported={table["table"]: (table["rows"], table["fingerprint"]) for table in header["tables"]},
        verified={name: header["files"][name] for name in ("verified", "left_behind")},
        missing=ended.result["missing"],
        failed=ended.result["failed"],
    )


def assert_ended_like(calm: EndState, ended: Ended, workspace: Path, tenant: ServedTenant) -> None:
    """Assert that a run ended as the undisturbed one did, and that receipt, tenant and store say so too."""
    assert end_state(ended, workspace) == calm
    verify = ("verify", workspace / "receipt.json", "--tenant", tenant.url)
    verified = run(*verify, folder=workspace.parent, extra={"OMT_ONLINE__TOKEN_FILE": str(tenant.token_file)})
    assert verified.code == 0, verified.lines
    assert_store_is_sound(tenant)


def assert_store_is_sound(tenant: ServedTenant) -> None:
    """Assert that every byte that the tenant stores is what its index says."""
    scrubbed = run("tenant", "verify", tenant.directory, folder=tenant.directory.parent)
    assert scrubbed.code == 0, scrubbed.lines


def confirmed(workspace: Path) -> frozenset[str]:
    """The digests that the journal holds for confirmed."""
    return frozenset(_read(workspace / "journal.sqlite", "SELECT digest FROM items WHERE state = 'confirmed'"))


def stored(directory: Path) -> frozenset[str]:
    """The digests that a tenant's index has."""
    return frozenset(_read(directory / "tenant.sqlite", "SELECT digest FROM contents"))


def assert_journal_says_no_more_than_is_true(workspace: Path, tenant: ServedTenant) -> None:
    """Assert that whatever the journal holds for confirmed is stored online. To be asked while one of both is dead."""
    if (workspace / "journal.sqlite").exists():
        assert confirmed(workspace) <= stored(tenant.directory)


def _read(database: Path, query: str) -> list[str]:
    """Ask a copy: opening the file of a process that was killed would mend it, and that is for the next run to do."""
    with TemporaryDirectory() as folder:
        for suffix in ("-wal", ""):
            source: Any = database.with_name(database.name + suffix)
            if source.exists():
                shutil.copy(source, folder)
        with closing(sqlite3.connect(Path(folder) / database.name)) as copy:
            return [bytes(digest).hex() if len(digest) == hashlib.sha256().digest_size else digest
                    for (digest,) in copy.execute(query)]  # fmt: skip
