"""The tenant's answers as docs/reference/protocol.md describes them. Unknown fields are left for newer tenants."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from omt_core.api import MigrationKind, TenantState

HexDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=1)]


class Answer(BaseModel):
    """The base of all answers."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Fault(Answer):
    """What the tenant refuses, and why."""

    code: str
    message: str
    remedy: str = ""
    digests: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


class FaultAnswer(Answer):
    """The body of every answer that is an error."""

    error: Fault


class Limits(Answer):
    """What the tenant takes."""

    bundle_bytes: Size
    member_bytes: Size
    chunk_bytes: Size
    digests_per_request: Size
    parallel_uploads: Size
    value_bytes: Size | None = None


class Capabilities(Answer):
    """What the tenant can do."""

    protocol: str
    limits: Limits
    bundles: tuple[str, ...] = ("ustar",)
    takes_parts: bool = False
    senders: bool = False


class Token(Answer):
    """A short-lived token; `expires_in` seconds."""

    token: str
    expires_in: float


class EarlierMigrationAnswer(Answer):
    """The migration that the tenant knows."""

    id: str
    kind: MigrationKind
    owner: str
    serial: str
    completed: bool
    accepted: bool


class TenantAnswer(Answer):
    """State and identity of the tenant."""

    tenant: str
    state: TenantState
    public_key: HexDigest
    migration: EarlierMigrationAnswer | None


class Plan(Answer):
    """A user plan."""

    name: str
    total: int
    used: int


class PlansAnswer(Answer):
    """The catalogue of user plans."""

    plans: tuple[Plan, ...]


class TakenAnswer(Answer):
    """User names that somebody holds."""

    taken: tuple[str, ...]


class OpenedMigration(Answer):
    """An opened migration and the claim on it; `empty` where the tenant stores no content at all."""

    id: str
    claim: str
    limits: Limits
    empty: bool = False


class MissingAnswer(Answer):
    """Digests that the tenant lacks."""

    missing: frozenset[HexDigest]


class CompletionAnswer(Answer):
    """How far verification and import are."""

    state: Literal["verifying", "importing", "done", "failed", "none"]
    done: int = 0
    total: int = 0
    detail: str = ""
    error: Fault | None = None
