"""What a migration comes to, and whether one that was disturbed came to the same."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

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
    state = end_state(ended, workspace)
    for name in (field.name for field in fields(EndState)):
        found, wanted = getattr(state, name), getattr(calm, name)
        assert found == wanted, f"{name}: {_difference(found, wanted)}"
    verify = ("verify", workspace / "receipt.json", "--tenant", tenant.url)
    verified = run(*verify, folder=workspace.parent, extra={"OMT_ONLINE__TOKEN_FILE": str(tenant.token_file)})
    assert verified.code == 0, verified.lines
    assert_store_is_sound(tenant)


def _difference(found: object, wanted: object) -> object:
    """Tell of two sets or mappings what is not the same."""
    if isinstance(found, frozenset) and isinstance(wanted, frozenset):
        return sorted(found ^ wanted, key=repr)
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return {
            key: (found.get(key), wanted.get(key)) for key in {*found, *wanted} if found.get(key) != wanted.get(key)
        }
    return found, wanted


def assert_store_is_sound(tenant: ServedTenant) -> None:
    """Assert that every byte that the tenant stores is what its index says."""
    scrubbed = run("tenant", "verify", tenant.directory, folder=tenant.directory.parent)
    assert scrubbed.code == 0, scrubbed.lines


def confirmed(workspace: Path) -> frozenset[str]:
    """The digests that the journal holds for confirmed."""
    return digests(workspace / "journal.sqlite", "items", "state = 'confirmed'")


def stored(directory: Path) -> frozenset[str]:
    """The digests that a tenant's index has."""
    return digests(directory / "tenant.sqlite", "contents")


def assert_journal_says_no_more_than_is_true(workspace: Path, tenant: ServedTenant) -> None:
    """Assert that whatever the journal holds for confirmed is stored online. To be asked while one of both is dead."""
    assert confirmed(workspace) <= stored(tenant.directory)


def digests(database: Path, table: str, which: str = "true", *, column: str = "digest") -> frozenset[str]:
    """Read digests of the journal or the index, from a copy: to open the file that a kill left would mend it."""
    with TemporaryDirectory() as folder:
        for name in (f"{database.name}-wal", database.name):
            if (database.parent / name).exists():
                shutil.copy(database.parent / name, folder)
        with closing(sqlite3.connect(Path(folder) / database.name)) as copy:
            if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return frozenset()  # the process died, or its disk was full, before it had begun
            return frozenset(digest.hex() for (digest,) in copy.execute(f"SELECT {column} FROM {table} WHERE {which}"))
