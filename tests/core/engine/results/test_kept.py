"""A workspace keeps what its last test and its live migration came to."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.decisions import Decisions, MigrationKind
from omt_core.engine.results.kept import keep_result, kept_decisions, kept_pair
from tests.core.engine.sessions import session_in

pytestmark = pytest.mark.anyio


async def complete(folder: Path, kind: MigrationKind, receipt: str) -> None:
    """Do as a run that ended with this receipt does."""
    decisions = Decisions(kind=kind, plans={"HH": receipt}, user_names={"HH": "hh@x", "GONE": "g@x"})
    async with session_in(folder, decisions=decisions) as session:
        for name, text in {"receipt.json": receipt, "manifest.jsonl": f"{receipt}\n", "tenant.key": "k"}.items():
            (folder / f"{name}.new").write_text(text)
            (folder / f"{name}.new").replace(folder / name)
        await keep_result(session)


def plan(receipt: Path) -> str:
    decided = kept_decisions(receipt)
    assert decided is not None
    assert decided.user_names == {"HH": "hh@x"}
    return decided.plans["HH"]


async def test_a_live_migration_is_compared_with_the_last_test(tmp_path: Path) -> None:
    for kind, receipt in ((MigrationKind.TEST, "t1"), (MigrationKind.TEST, "t2"), (MigrationKind.LIVE, "l1")):
        await complete(tmp_path, kind, receipt)
    pair = kept_pair(tmp_path, MigrationKind.LIVE)
    assert pair is not None
    assert [path.read_text() for path in pair] == ["t2", "l1"]
    assert [plan(path) for path in pair] == ["t2", "l1"]
    assert (pair[0].parent / "manifest.jsonl").read_text() == "t2\n"


async def test_what_was_decided_is_found_by_the_receipt_that_stands_in_the_workspace(tmp_path: Path) -> None:
    for kind, receipt in ((MigrationKind.TEST, "t1"), (MigrationKind.LIVE, "l1")):
        await complete(tmp_path, kind, receipt)
        assert plan(tmp_path / "receipt.json") == receipt


async def test_a_test_is_compared_with_the_one_before_it(tmp_path: Path) -> None:
    await complete(tmp_path, MigrationKind.TEST, "t1")
    assert kept_pair(tmp_path, MigrationKind.TEST) is None
    await complete(tmp_path, MigrationKind.TEST, "t2")
    pair = kept_pair(tmp_path, MigrationKind.TEST)
    assert pair is not None
    assert [path.read_text() for path in pair] == ["t1", "t2"]


async def test_a_result_that_is_kept_again_after_a_crash_leaves_the_test_before_it(tmp_path: Path) -> None:
    """Killed before it was done, a run fetches and keeps the receipt that it had kept already."""
    for receipt in ("t1", "t2", "t2"):
        await complete(tmp_path, MigrationKind.TEST, receipt)
    pair = kept_pair(tmp_path, MigrationKind.TEST)
    assert pair is not None
    assert [path.read_text() for path in pair] == ["t1", "t2"]


async def test_a_target_that_writes_into_the_last_receipt_leaves_the_kept_one_alone(tmp_path: Path) -> None:
    await complete(tmp_path, MigrationKind.TEST, "t1")
    for name in ("receipt.json", "manifest.jsonl"):
        (tmp_path / name).write_text("of another migration")
    assert (tmp_path / "results/test/receipt.json").read_text() == "t1"
    assert (tmp_path / "results/test/manifest.jsonl").read_text() == "t1\n"


async def test_what_was_decided_counts_for_its_own_receipt_alone(tmp_path: Path) -> None:
    await complete(tmp_path, MigrationKind.TEST, "t1")
    receipt = tmp_path / "results/test/receipt.json"
    assert kept_decisions(receipt) is not None
    receipt.unlink()
    receipt.write_text("another")
    assert kept_decisions(receipt) is None


async def test_what_cannot_be_kept_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("in the way")
    await complete(tmp_path, MigrationKind.TEST, "t1")
    assert kept_pair(tmp_path, MigrationKind.TEST) is None
