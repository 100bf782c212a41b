"""The migrator's decisions: what a run does is decided by these and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, ValidationInfo
from pydantic.dataclasses import dataclass as given_dataclass
from typing_extensions import override

from omt_core.api.given import GIVEN
from omt_core.api.sentence import sentence

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_LONGEST_ADDRESS: Final = 320


class MigrationKind(StrEnum):
    """A live migration, or a test one that leaves the on-site installation alone (W30-W36)."""

    LIVE = "live"
    TEST = "test"


class MigrationMode(StrEnum):
    """What the tool does when it starts: a first upload, or recovery of an earlier one (W7)."""

    INITIAL = "initial"
    RECOVERY = "recovery"


class RecoveryChoice(StrEnum):
    """The two options of the page Recovery (W85, W87)."""

    MISSING = "missing"
    OVERWRITE_TEST = "overwrite-test"


Language = Literal["da", "de", "en", "nl", "no", "sv"]
"""The languages that the online side writes to a migrator in."""


def _address(text: str) -> str:
    if len(text) > _LONGEST_ADDRESS or _ADDRESS.fullmatch(text) is None:
        raise ValueError(sentence("must be an e-mail address"))
    return text


EmailAddress = Annotated[str, AfterValidator(_address)]
"""An address of a person who is told something. Whether it exists only a mail can tell."""


@given_dataclass(frozen=True, slots=True, kw_only=True, config=GIVEN)
class Contact:
    """The migrator's contact details (W24-W29). Their rules hold for every front end, since they are here."""

    email: EmailAddress
    """The migrator's address."""

    phone: Annotated[str, Field(max_length=100)] = ""
    """The migrator's number."""

    language: Language | None = None
    """Language of the report, and of the mails that the online side sends. Without one it stays what the migration had
    before, else it is that of `--language`, else that of the machine; what was decided is kept with the migration."""


@given_dataclass(frozen=True, slots=True, kw_only=True, config=GIVEN)
class Notifications:
    """Who is told when the migration is over (W69)."""

    welcome: StrictBool = True
    """Whether users get a welcome mail."""

    summary: EmailAddress | None = None
    """Address that gets a list of the users; none without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What shall not stop the run although it is an error, and why.

    `names` is a finding's code, `plugin:NAME` for all that is found by or about a plugin, or `folder:PATH` for what is
    found of a folder. `kind` is what it was
    given for: one that was given for a test does not count in a live migration, so that it is asked for again. Without
    its reason it does not count. `confirmed`: whoever gave it
    says that it shall count in a live migration too, though it was given for a test, now or before.
    """

    names: str
    reason: str = ""
    kind: MigrationKind = MigrationKind.LIVE
    confirmed: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.names}: {self.reason}" if self.reason else self.names


def _with_reasons(waivers: object, record: ValidationInfo) -> object:
    """Read waivers of journals of 0.3.1 and before, which had names alone: they were given for the record's kind."""
    if not isinstance(waivers, list | tuple):
        return waivers
    kind = record.data.get("kind", MigrationKind.LIVE)
    return [{"names": one, "kind": kind} if isinstance(one, str) else one for one in waivers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All that the migrator decided, as the journal holds it.

    `plans` and `user_names` map a login to a plan's name or a user name; a login that is not in `plans` has no plan and
    cannot log in online (W53).
    """

    kind: MigrationKind = MigrationKind.LIVE
    agreement_accepted: bool = False
    contact: Contact | None = None
    plans: Mapping[str, str] = field(default_factory=dict)
    user_names: Mapping[str, str] = field(default_factory=dict)
    notifications: Notifications = field(default_factory=Notifications)
    recovery: RecoveryChoice | None = None
    waivers: Annotated[tuple[Waiver, ...], BeforeValidator(_with_reasons)] = ()

    def waived(self, kind: MigrationKind) -> tuple[Waiver, ...]:
        """Return the waivers that count in a migration of this kind."""
        return tuple(one for one in self.waivers if one.confirmed or one.kind in {kind, MigrationKind.LIVE})
