"""The state of the migration in a store, as `migration.json` holds it, and what may be opened when."""

from __future__ import annotations

import secrets
from typing import Literal

from omt_core.api import Licence, MigrationKind, OnlineRefusedError, RecoveryChoice
from pydantic import BaseModel, ConfigDict

from omt_object_store.layout import Digest, Size


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CommittedStage(_Model):
    """A committed stage: its manifest's sha256 and size, and how many items it has."""

    stage: str
    manifest: Digest
    size: Size
    items: Size
    snapshot: str


class Claim(_Model):
    """Who works on the migration. It lapses `seconds` after the state was written last."""

    client: str
    token: str
    seconds: float


class MigrationState(_Model):
    """A migration: `pending` are the stages of the run that is open, `migrated` those of the last completion.

    `completion` is the folder of the last completion. `write` is new in each version, so that no two are alike.
    """

    format: Literal["omt-object-store-1"] = "omt-object-store-1"
    id: str
    owner: str
    serial: str
    run: int
    kind: MigrationKind
    recovery: RecoveryChoice | None
    over: bool = False
    pending: tuple[CommittedStage, ...] = ()
    migrated: tuple[CommittedStage, ...] = ()
    completed: MigrationKind | None = None
    completion: str = ""
    claim: Claim | None = None
    write: str = ""

    def to_bytes(self) -> bytes:
        """Return the object that holds this state, different from every other one."""
        return self.model_copy(update={"write": secrets.token_hex(8)}).model_dump_json(indent=1).encode() + b"\n"

    def effective(self) -> tuple[CommittedStage, ...]:
        """Return what is true once this run is complete: its stages, over the migrated ones in a recovery."""
        known = {stage.stage: stage for stage in self.migrated} if self.recovery is RecoveryChoice.MISSING else {}
        known |= {stage.stage: stage for stage in self.pending}
        return tuple(known[name] for name in sorted(known))


def opened(
    state: MigrationState | None, licence: Licence, kind: MigrationKind, recovery: RecoveryChoice | None, claim: Claim
) -> MigrationState:
    """Return the state once this run is open: the unfinished one goes on, or a new one begins.

    Raises `OnlineRefusedError` `identity-changed` or `choice-not-possible` (docs/reference/protocol.md, Opening).
    """
    if state is None:
        _refuse_choice(None, kind, recovery)
        fresh = secrets.token_hex(8)
        return MigrationState(
            id=fresh, owner=licence.owner, serial=licence.serial, run=1, kind=kind, recovery=recovery, claim=claim
        )
    if (state.owner, state.serial) != (licence.owner, licence.serial):
        raise OnlineRefusedError(
            "identity-changed",
            "The licence owner or serial number is not that of the migration in this store (W71).",
            "Restore the licence of the first run, or migrate to another prefix.",
        )
    _refuse_choice(state.completed, kind, recovery)
    if (state.kind, state.recovery) == (kind, recovery) and not state.over:
        return state.model_copy(update={"claim": claim})
    # What an abandoned run committed belongs to its own snapshot and kind. Contents stay: none is sent twice.
    return state.model_copy(
        update={
            "run": state.run + 1,
            "kind": kind,
            "recovery": recovery,
            "over": False,
            "pending": (),
            "claim": claim,
        }
    )


def _refuse_choice(completed: MigrationKind | None, kind: MigrationKind, recovery: RecoveryChoice | None) -> None:
    if completed is None:
        if recovery is not None:
            raise _not_possible("No migration of this licence was completed yet.", "Open it without a recovery.")
    elif recovery is None:
        raise _not_possible(
            f"A {completed} migration of this licence is complete already.",
            "Choose missing, or overwrite-test after a test (W85-W88).",
        )
    elif recovery is RecoveryChoice.OVERWRITE_TEST and completed is not MigrationKind.TEST:
        raise _not_possible("Only a test migration can be overwritten (W88).", "Choose missing.")
    elif recovery is RecoveryChoice.MISSING and kind is not completed:
        raise _not_possible(
            f"What is stored is a {completed} migration, and missing files do not make it a {kind} one.",
            f"Recover missing files as {completed}, or choose overwrite-test to go from test to live.",
        )


def _not_possible(message: str, remedy: str) -> OnlineRefusedError:
    return OnlineRefusedError("choice-not-possible", message, remedy)
