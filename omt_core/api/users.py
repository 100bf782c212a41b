"""Users of the CRM, the administrator who runs the migration, and the plans that exist online."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An internal user who may get a plan (W48, W61). `emails` and `phones` in rank order, the first is the default.

    `id` is the associate id, `login` its name (initials), `onsite_plan` the name of the licence module that is its plan
    on site, `photo` the key that the hook `read_photo` takes, or None. Texts are as stored: hostile until escaped.
    """

    id: int
    login: str
    full_name: str
    person_id: int
    company: str = ""
    group: str = ""
    role: str = ""
    position: str = ""
    administrator: bool = False
    confidential_activities: bool = False
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    onsite_plan: str | None = None
    photo: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAddress:
    """An e-mail address on the card of a person who is not one of the users: `email_id` is its row."""

    email_id: int
    person_id: int
    full_name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A person's photo as stored: `content` is whatever the database holds and must be checked before it is served."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPlan:
    """A user plan that can be assigned online: `total` seats, of which `used` are taken by others already."""

    name: str
    total: int
    used: int = 0


class LoginOutcome(StrEnum):
    """What came of a login (W22)."""

    ACCEPTED = "accepted"
    WRONG_CREDENTIALS = "wrong-credentials"
    NOT_ADMINISTRATOR = "not-administrator"
    RETIRED = "retired"
    NO_VERIFIER = "no-verifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Who is logged on: shown on Confirm with their addresses and numbers (W24-W26). `right` is what made them so."""

    login: str
    full_name: str
    right: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """The outcome of a login, the administrator if it was accepted, and which verifier said so (or why none could)."""

    outcome: LoginOutcome
    administrator: Administrator | None = None
    verifier: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value proposed for a user: a plan's name or a user name; None proposes none. Lower `order` wins."""

    login: str
    value: str | None
    reason: str
    order: int = 100
