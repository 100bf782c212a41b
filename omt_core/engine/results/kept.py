"""Keeps what a test and a live migration came to, so that the one can be compared with the other later.

A workspace's receipt is that of its last import. In `results/live` and `results/test` lie those of each kind, with
their manifest, the tenant's key, and what was decided; in `results/test-before` the test that a later one replaced.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import anyio.to_thread
from pydantic import BaseModel, ConfigDict

from omt_core.api import files
from omt_core.api.decisions import MigrationKind
from omt_core.api.findings import Severity
from omt_core.api.online import TENANT_KEY_FILE
from omt_core.engine.session import MigrationSession, Snapshot
from omt_core.engine.upload.gone import Gone, GoneOfStage, gone_files
from omt_core.engine.workspace import MANIFEST_FILE, RECEIPT_FILE, RESULTS_FOLDER

DECISIONS_FILE: Final = "decisions.json"
_BEFORE: Final = "-before"
_PIECE: Final = 1 << 20
"""Bytes of a manifest that are copied at once; it has a line for each file of the archive."""


class KeptFinding(BaseModel):
    """How often a code stood when the migration was completed, and about how many subjects."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    findings: int
    subjects: int


class KeptDecisions(BaseModel):
    """What was decided and found for a result, by login and by code; `receipt` is the sha256 of the receipt's file."""

    model_config = ConfigDict(frozen=True)

    receipt: str
    plans: Mapping[str, str]
    user_names: Mapping[str, str]
    findings: Mapping[str, KeptFinding]
    gone: Mapping[str, GoneOfStage] = {}
    """By stage, what an earlier run sent and the site had no more."""


async def keep_result(session: MigrationSession) -> None:
    """Keep the result that was just fetched, beside that of the other kind.

    Never a reason for a run to fail.
    """
    with suppress(OSError):  # what is kept for a comparison is worth less than the migration
        gone = await gone_files(session.journal)
        await anyio.to_thread.run_sync(_keep, session.now, gone)


def kept_pair(workspace: Path, kind: MigrationKind) -> tuple[Path, Path] | None:
    """Return the receipts to compare of a workspace whose last result is of this kind, the earlier first; else None.

    A live migration is compared with the last test, a test with the one before it.
    """
    folder = workspace / RESULTS_FOLDER
    before = folder / (MigrationKind.TEST if kind is MigrationKind.LIVE else f"{MigrationKind.TEST}{_BEFORE}")
    pair = before / RECEIPT_FILE, folder / kind / RECEIPT_FILE
    return pair if all(one.is_file() for one in pair) else None


def kept_decisions(receipt: Path) -> KeptDecisions | None:
    """Return what was decided for a receipt, where that is kept and is about this very receipt. Blocking.

    It is kept beside the receipt; of the one that stands in a workspace, in one of its folders of results.
    """
    for place in (receipt.parent, *sorted((receipt.parent / RESULTS_FOLDER).glob("*"))):
        try:
            found = KeptDecisions.model_validate(json.loads((place / DECISIONS_FILE).read_bytes()))
            if found.receipt == _digest(receipt):
                return found
        except (OSError, ValueError, RecursionError):
            continue
    return None


def _keep(now: Snapshot, gone: Gone) -> None:
    place = now.folder / RESULTS_FOLDER / now.decisions.kind
    fresh = place.with_name(f"{place.name}-new")
    files.make_folder(place.parent)
    if fresh.exists():
        files.remove_tree(fresh)
    files.make_folder(fresh)
    for name in (MANIFEST_FILE, TENANT_KEY_FILE, RECEIPT_FILE):
        if (now.folder / name).is_file():
            # No link: the next result may be written into the very file that a partner's target finds there.
            _copy(now.folder / name, fresh / name)
    # Not pydantic's own JSON, which refuses a name that is no text.
    files.write_whole(fresh / DECISIONS_FILE, json.dumps(_decisions(now, gone).model_dump(), indent=1).encode())
    if place.exists():
        # A recovery goes on with the migration that is there, and a run that was killed after it had kept its result
        # keeps that receipt again; any other full run takes its place.
        kept, before = place / RECEIPT_FILE, place.with_name(f"{place.name}{_BEFORE}")
        if now.only_missing or (kept.is_file() and _digest(kept) == _digest(fresh / RECEIPT_FILE)):
            files.remove_tree(place)
        else:
            if before.exists():
                files.remove_tree(before)
            files.replace(place, before)
    files.replace(fresh, place)


def _copy(source: Path, target: Path) -> None:
    copy = files.WholeFile(target)
    try:
        with source.open("rb") as read:
            while piece := read.read(_PIECE):
                copy.write(piece)
        copy.finish()
    finally:
        copy.discard()


def _decisions(now: Snapshot, gone: Gone) -> KeptDecisions:
    found: dict[str, KeptFinding] = {}
    for one in now.findings:
        before = found.get(one.code, KeptFinding(severity=one.severity, findings=0, subjects=0))
        found[one.code] = before.model_copy(
            update={"findings": before.findings + 1, "subjects": before.subjects + len(one.subjects)}
        )
    plans = now.decisions.plans
    return KeptDecisions(
        receipt=_digest(now.folder / RECEIPT_FILE),
        plans=plans,
        user_names={login: name for login, name in now.decisions.user_names.items() if login in plans},
        findings=found,
        gone=gone.stages,
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
