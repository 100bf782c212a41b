"""The answers file: all that a migrator would say on the screens, for a run without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

from omt_core.answers.errors import ANSWERS_INVALID, ANSWERS_SYNTAX, ANSWERS_UNREADABLE
from omt_core.api.decisions import Contact, MigrationKind, Notifications, RecoveryChoice, Waiver
from omt_core.api.drives import refuse_missing
from omt_core.api.errors import InputError
from omt_core.api.given import Origin, SecretReference
from omt_core.api.installation import ManualAnswers
from omt_core.api.language import Language
from omt_core.api.redaction import SECRETS
from omt_core.api.sentence import sentence
from omt_core.given_values import OF_A_PLUGIN, problems, read_toml, texts_in

NO_KEYS: Final = frozenset({"folder", "database_password"})
"""Fields of `Answers` that are no keys of the file."""
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that says something."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class LoginAnswers(_Section):
    """`login`: the local administrator (W20, W21)."""

    user: str
    """Login name of a General or User administrator on site."""

    password: SecretReference
    """Their password, as a reference."""


class PlanAnswers(_Section):
    """`plans`: who gets which plan (W44-W58). `assign` wins over `csv`, `csv` over `default`."""

    default: str = "match"
    """`match` (the online plan named like the one on site), `none`, or the name of a plan for everybody."""

    assign: Mapping[str, str] = Field(default_factory=dict)
    """Plan by login; an empty text takes the plan away."""

    csv: Path | None = None
    """A file with the columns login and plan, as `omt check --write-csv` writes it."""


class UserNameAnswers(_Section):
    """`usernames`: who is called what online (W59-W67). `assign` wins over `csv`, `csv` over the proposals."""

    assign: Mapping[str, str] = Field(default_factory=dict)
    """User name by login; an empty text takes it away."""

    csv: Path | None = None
    """A file with the columns login and user_name, as `omt check --write-csv` writes it."""


class ArchiveAnswers(_Section):
    """`archive`: what only a person knows of the archive."""

    owners: Mapping[str, str] = Field(default_factory=dict)
    """By login, the folder that a user's documents lie in too, since it kept an earlier login: `{ HH = "HHOLD" }`."""


class WaiverAnswer(_Section):
    """A member of `waive`."""

    code: _Words
    """A finding's code, `plugin:NAME`, or `folder:PATH` where a finding is about folders."""

    reason: _Words
    """Why it shall not stop the run."""

    live: StrictBool = False
    """That it shall count in the live migration too, although it was given for a test before."""

    @model_validator(mode="before")
    @classmethod
    def _code_alone(cls, given: object) -> object:
        """Say of a code alone what it lacks, and not that it is no section."""
        return {"code": given} if isinstance(given, str) else given


class Answers(_Section):
    """The whole file. `folder` is where it lies: relative paths in it start there."""

    accept_agreement: StrictBool = False
    """That the agreement of CRM Online is accepted; nothing is uploaded without."""

    test_migration: StrictBool = False
    """A test: the installation on site is left alone and nobody can log in online. Where the file says which it is,
    missing files are added to a migration of that kind only."""

    recover: RecoveryChoice | None = None
    """What to do when an earlier run is found; `--recover` wins over it."""

    waive: tuple[WaiverAnswer, ...] = ()
    """Findings that shall not stop the run: the code of each, `plugin:NAME` or `folder:PATH`, with the reason, as
    `{ code = "...", reason = "..." }`. Shown with it in receipt and report. What was waived for a test counts in the
    live migration only with `live = true`, so that nobody takes it over unseen."""

    installation: ManualAnswers = ManualAnswers()
    """What discovery cannot find."""

    login: LoginAnswers
    """Who logs on."""

    archive: ArchiveAnswers = ArchiveAnswers()
    """What only a person knows of the archive."""

    contact: Contact | None = None
    """Who migrates."""

    plans: PlanAnswers = PlanAnswers()
    """Who gets which plan."""

    usernames: UserNameAnswers = UserNameAnswers()
    """Who is called what online."""

    notifications: Notifications = Notifications()
    """Who is told afterwards."""

    online: Mapping[str, Any] = Field(default_factory=dict)
    """Settings of the plugin that holds the role `online`: `url` and `token_file` at least."""

    plugins: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """Settings of any plugin, by its name: `[plugins.call_recordings]` weighs more than `[call_recordings]` of the
    settings file."""

    folder: Path = Path()
    """Where the answers file lies; not a key of the file."""

    database_password: SecretReference | None = None
    """What `installation.password` refers to; not a key of the file."""

    @property
    def kind(self) -> MigrationKind:
        """Live, or a test migration (W28)."""
        return MigrationKind.TEST if self.test_migration else MigrationKind.LIVE

    @property
    def named_kind(self) -> MigrationKind | None:
        """Live or test where the file says which; None where it leaves it at live without a word."""
        return self.kind if "test_migration" in self.model_fields_set else None

    def speaking(self, language: Language | None) -> Answers:
        """Return the same with a contact of this language, if there is one and the file names none for it."""
        if language is None or self.contact is None or self.contact.language is not None:
            return self
        return self.model_copy(update={"contact": replace(self.contact, language=language.value)})

    @property
    def settings(self) -> Mapping[str, Mapping[str, object]]:
        """What the answers say about settings, by section as it is called there; relative paths start in `folder`."""
        own: dict[str, Mapping[str, object]] = {
            "online": self.online,
            "archive": self.archive.model_dump(exclude_unset=True),
        }
        given = {name: section for name, section in own.items() if section}
        return {**given, **{f"{OF_A_PLUGIN}{name}": section for name, section in self.plugins.items()}}

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """What shall not stop the run, given for a migration of this kind."""
        return tuple(
            Waiver(names=one.code, reason=one.reason, kind=self.kind, confirmed=one.live) for one in self.waive
        )

    def by_key(self) -> dict[str, Any]:
        """Return what the file says, by key; a secret of the tool's own sections as where it is."""
        said = self.model_dump(mode="json", exclude_none=True, exclude=set(NO_KEYS))
        if self.database_password is not None:
            said["installation"]["password"] = self.database_password.model_dump(mode="json", exclude_none=True)
        return said

    def manual(self) -> ManualAnswers:
        """Return the answers about the installation. Raises `InputError` when a secret is not where they say."""
        if self.database_password is None:
            return self.installation
        password = self.database_password.resolve("installation.password", folder=self.folder)
        return replace(self.installation, password=password)

    def login_password(self) -> SecretStr:
        """Fetch the administrator's password. Raises `InputError` when it is not where the answers say."""
        return self.login.password.resolve("login.password", folder=self.folder)

    def beside(self, path: Path) -> Path:
        """Return the place of a file that the answers name."""
        return self.folder / path


def load_answers(file: Path) -> Answers:
    """Read an answers file.

    Raises `InputError` `answers-unreadable`, `answers-syntax` (which names the line) or `answers-invalid` (which names
    each wrong or unknown key with its dots).
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        refuse_missing(file)
        raise ANSWERS_UNREADABLE.error(
            sentence("The answers file {file} cannot be read: {reason}.", file=file, reason=error.strerror or error)
        ) from None
    values = read_toml(content, ANSWERS_SYNTAX, sentence("The answers file {file}", file=file))
    for one in texts_in(values):
        SECRETS.add_within(one)
    for name in NO_KEYS & values.keys():
        raise _invalid(file, sentence("{name}: unknown key", name=name))
    try:
        folder = file.resolve().parent
        answers = Answers.model_validate({**values, "folder": folder}, context=Origin(folder=folder))
    except ValidationError as error:
        raise _invalid(file, problems(error, Answers)) from None
    reference = values.get("installation", {}).get("password")
    if reference in (None, ""):  # what is empty is not given, as everywhere in this section
        return answers
    return answers.model_copy(update={"database_password": SecretReference.model_validate(reference)})


def _invalid(file: Path, problems: str) -> InputError:
    return ANSWERS_INVALID.error(
        sentence("The answers file {file} is not valid: {problems}.", file=file, problems=problems),
        remedy=sentence(
            "`omt help answers` has all keys; a secret is named as { env = ... }, { file = ... } or "
            "{ keyring = ... }, never written down."
        ),
    )
