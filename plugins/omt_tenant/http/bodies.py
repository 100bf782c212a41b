"""The JSON bodies of the protocol: bodies are checked against these, and the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from omt_core.api import CompletionRequest, MigrationKind, OtherAddress, RecoveryChoice, TenantState, UserAssignment
from omt_tenant.importing import PartToImport

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0, lt=1 << 53)]
Text = Annotated[str, StringConstraints(max_length=1_000)]
NAMES_PER_REQUEST = 1_000


class Body(BaseModel):
    """The base of all bodies: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Limits(Body):
    """What the tenant takes; `TransferLimits` on the client's side. `value_bytes` is the longest value of a table."""

    bundle_bytes: int
    member_bytes: int
    chunk_bytes: int
    digests_per_request: int
    parallel_uploads: int
    value_bytes: int


class Capabilities(Body):
    """What the tenant can do."""

    protocol: Literal["1"]
    limits: Limits
    encodings: list[str]
    bundles: list[str]
    takes_parts: bool
    senders: bool
    tus: Literal["1.0.0"]


class SecretBody(Body):
    """The migration secret."""

    secret: Text


class TokenAnswer(Body):
    """A token, valid for `expires_in` seconds."""

    token: str
    expires_in: float


class MigrationAnswer(Body):
    """The tenant's migration. `kind` is that of what is online once it is `completed`."""

    id: str
    kind: MigrationKind
    owner: str
    serial: str
    completed: bool
    accepted: bool


class TenantAnswer(Body):
    """Who the tenant is and how it stands; `public_key` is Ed25519, 64 hexadecimal digits."""

    tenant: str
    state: TenantState
    public_key: str
    migration: MigrationAnswer | None


class PlanAnswer(Body):
    """A user plan with its seats."""

    name: str
    total: int
    used: int


class PlansAnswer(Body):
    """The catalogue, in the order of its columns."""

    plans: list[PlanAnswer]


class NamesBody(Body):
    """User names to ask for."""

    names: Annotated[list[Text], Field(max_length=NAMES_PER_REQUEST)]


class TakenAnswer(Body):
    """Those that are taken, as they were asked for."""

    taken: list[str]


class LicenceBody(Body):
    """The licence identity that a migration is pinned to (W71)."""

    owner: Text
    serial: Text


class OpeningBody(Body):
    """Whose migration to open, and as what. `client` is the id of the workspace that works on it."""

    licence: LicenceBody
    kind: MigrationKind
    recovery: RecoveryChoice | None
    client: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OpeningAnswer(Body):
    """The migration's id, and the claim to carry in the header Omt-Claim; `empty` where no content is stored yet."""

    id: str
    claim: str
    limits: Limits
    empty: bool


class ContentsBody(Body):
    """Contents to ask for: digest and size of each."""

    contents: list[tuple[Sha256, Size]]


class MissingAnswer(Body):
    """The digests that the tenant lacks."""

    missing: list[Sha256]


class PartBody(Body):
    """A part of a table that is stored as a content; a table's parts are numbered from 1 on."""

    table: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    number: Annotated[int, Field(ge=1, lt=1 << 53)]
    rows: Size
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    last: bool
    digest: Sha256
    size: Size


class PartsBody(Body):
    """Parts that the tenant may begin to import."""

    parts: list[PartBody]

    def to_import(self) -> list[tuple[str, PartToImport]]:
        """Return the parts as the importer takes them, with the names of their tables."""
        return [
            (
                part.table,
                PartToImport(
                    key=f"{part.table}/{part.number:06}",
                    digest=part.digest,
                    size=part.size,
                    number=part.number,
                    rows=part.rows,
                    fingerprint=int(part.fingerprint, 16),
                    last=part.last,
                ),
            )
            for part in self.parts
        ]


class StageBody(Body):
    """A stage's manifest, which is stored as a content, with the number of its lines and the snapshot it is of."""

    manifest: Sha256
    size: Size
    items: Size
    snapshot: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


class AssignmentBody(Body):
    """A user as they shall be online."""

    login: Text
    associate_id: Size
    plan: Text | None
    user_name: Text | None


class AddressBody(Body):
    """An e-mail row that is removed because it equals an assigned user name."""

    email_id: Size
    person_id: Size
    full_name: Text
    address: Text


class CompletionBody(Body):
    """The decisions to apply, and what the receipt must say: `omt_core.api.online.CompletionRequest`."""

    users: list[AssignmentBody] = []
    removed_addresses: list[AddressBody] = []
    welcome_mail: bool = False
    summary_address: Text | None = None
    language: Text = "en"
    plugins: dict[Text, Text] = {}
    waivers: list[Text] = []
    omitted: list[Text] = []

    def request(self) -> CompletionRequest:
        """Return the decisions as the importer takes them."""
        return CompletionRequest(
            users=tuple(UserAssignment(**user.model_dump()) for user in self.users),
            removed_addresses=tuple(OtherAddress(**row.model_dump()) for row in self.removed_addresses),
            welcome_mail=self.welcome_mail,
            summary_address=self.summary_address,
            language=self.language,
            plugins=self.plugins,
            waivers=tuple(self.waivers),
            omitted=tuple(self.omitted),
        )


class ErrorDetail(Body):
    """What went wrong: a stable code, what happened, what to do, and what it is about."""

    code: str
    message: str
    remedy: str
    digests: list[str] = []
    details: list[str] = []


class ErrorAnswer(Body):
    """The body of every answer that is not a success."""

    error: ErrorDetail


class CompletionAnswer(Body):
    """How far verification and import are; `error` is set in the state `failed` only."""

    state: Literal["verifying", "importing", "done", "failed", "none"]
    done: int
    total: int
    detail: str
    error: ErrorDetail | None
