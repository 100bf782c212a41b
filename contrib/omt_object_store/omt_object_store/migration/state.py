"""The state of the migration in a store, as `migration.json` holds it, and what may be opened when."""

from __future__ import annotations

import secrets
from typing import Literal

from omt_core.api import Licence, MigrationKind, RecoveryChoice
from omt_protocol.protocol_error import ProtocolError
from omt_protocol.recovery_choice import refuse_choice, refuse_other_identity
from pydantic import BaseModel, ConfigDict

from omt_object_store.store.layout import Digest, Size


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
    try:
        refuse_choice(None if state is None else state.completed, kind, recovery)
        if state is not None:
            refuse_other_identity((state.owner, state.serial), (licence.owner, licence.serial))
    except ProtocolError as error:
        raise error.as_online_error() from error
    if state is None:
        fresh = secrets.token_hex(8)
        return MigrationState(
            id=fresh, owner=licence.owner, serial=licence.serial, run=1, kind=kind, recovery=recovery, claim=claim
        )
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
