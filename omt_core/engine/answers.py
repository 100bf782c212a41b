"""The answers file: all that a migrator would say on the screens, for a run without one (CONTRACT, answers file)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from omt_core.api.decisions import Contact, MigrationKind, Notifications, RecoveryChoice, Waiver
from omt_core.api.errors import InputError
from omt_core.api.installation import ManualAnswers, ServiceFolders
from omt_core.api.redaction import SECRETS
from omt_core.engine.secrets import SecretReference
from omt_core.given_values import problems, read_toml, texts_in


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class ServiceAnswers(_Section):
    """`installation.service`: the folders of Customer Service (W101)."""

    base: Path | None = None
    """Folder of Customer Service, with its file `config`."""

    attachments: Path | None = None
    """Folder of attachments."""

    templates: Path | None = None
    """Folder of templates."""

    texts: Path | None = None
    """Folder of texts (e-mail backup)."""


class InstallationAnswers(_Section):
    """`installation`: only what discovery cannot find (W100). `root` stands for the machine, as in `omt discover`."""

    root: Path | None = None
    """A folder that stands for the machine: `C:\\x` is `root/C/x`."""

    dbms: Literal["mssql", "oracle", "postgresql", "sqlite"] | None = None
    """What kind of database it is."""

    server: str | None = None
    """Host and instance of the database server."""

    database: str | None = None
    """Name of the database; for SQLite the path of its file."""

    dsn: str | None = None
    """Name of an ODBC source, or a whole ODBC connection string; wins over server and database."""

    prefix: str | None = None
    """Owner of the tables, when it is not CRM7."""

    user: str | None = None
    """User of the database."""

    password: SecretReference | None = None
    """That user's password, as a reference."""

    archives: tuple[Path, ...] = ()
    """Document archives, in the order in which they are searched."""

    templates: Path | None = None
    """Folder of document templates, when it is not TEMPLATE in the first archive."""

    service: ServiceAnswers = ServiceAnswers()
    """The folders of Customer Service."""


class LoginAnswers(_Section):
    """`login`: the local administrator (W20, W21)."""

    user: str
    """Login name of a General or User administrator on site."""

    password: SecretReference
    """Their password, as a reference."""


class ContactAnswers(_Section):
    """`contact`: the migrator's details (W25-W27)."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """The migrator's address."""

    phone: str = ""
    """The migrator's number."""

    language: Literal["da", "de", "en", "nl", "no", "sv"] = "en"
    """Language of the mails that the online side sends."""


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


class NotificationAnswers(_Section):
    """`notifications`: who is told afterwards (W69)."""

    welcome: bool = True
    """Whether users get a welcome mail."""

    summary: str | None = None
    """Address that gets a list of the users; none without it."""


class WaiverAnswer(_Section):
    """An entry of `waive` with its reason."""

    code: str = Field(min_length=1)
    """A finding's code, or `plugin:NAME`."""

    reason: str = Field(min_length=1)
    """Why it shall not stop the run."""


class Answers(_Section):
    """The whole file. `folder` is where it lies: relative paths in it start there."""

    accept_agreement: bool = False
    """That the agreement of CRM Online is accepted; nothing is uploaded without."""

    test_migration: bool = False
    """A test: the installation on site is left alone and nobody can log in online."""

    recover: RecoveryChoice | None = None
    """What to do when an earlier run is found; `--recover` wins over it."""

    waive: tuple[str | WaiverAnswer, ...] = ()
    """Findings that shall not stop the run: their codes, or `plugin:NAME`, better with the reason as
    `{ code = "...", reason = "..." }`. Shown with it in receipt and report."""

    installation: InstallationAnswers = InstallationAnswers()
    """What discovery cannot find."""

    login: LoginAnswers
    """Who logs on."""

    contact: ContactAnswers | None = None
    """Who migrates."""

    plans: PlanAnswers = PlanAnswers()
    """Who gets which plan."""

    usernames: UserNameAnswers = UserNameAnswers()
    """Who is called what online."""

    notifications: NotificationAnswers = NotificationAnswers()
    """Who is told afterwards."""

    online: Mapping[str, Any] = Field(default_factory=dict)
    """Settings of the plugin that holds the role `online`: `url` and `token_file` at least."""

    folder: Path = Path()
    """Where the answers file lies; not a key of the file."""

    @property
    def kind(self) -> MigrationKind:
        """Live, or a test migration (W28)."""
        return MigrationKind.TEST if self.test_migration else MigrationKind.LIVE

    @property
    def online_settings(self) -> Mapping[str, object]:
        """The section `online`, its token file made absolute."""
        online = dict(self.online)
        if isinstance(online.get("token_file"), str):
            online["token_file"] = str(self.folder / online["token_file"])
        return online

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """What shall not stop the run, given for a migration of this kind."""
        return tuple(
            Waiver(names=one, kind=self.kind)
            if isinstance(one, str)
            else Waiver(names=one.code, reason=one.reason, kind=self.kind)
            for one in self.waive
        )

    def manual(self) -> ManualAnswers:
        """Return the answers about the installation. Raises `InputError` when a secret is not where they say."""
        given = self.installation
        database = given.database
        if database is not None and given.dbms == "sqlite":
            database = str(self.folder / database)
        return ManualAnswers(
            dbms=given.dbms,
            server=given.server,
            database=database,
            dsn=given.dsn,
            prefix=given.prefix,
            user=given.user,
            password=None if given.password is None else given.password.resolve(self.folder, "installation.password"),
            archives=tuple(self.folder / path for path in given.archives),
            templates=self._absolute(given.templates),
            service=ServiceFolders(
                base=self._absolute(given.service.base),
                attachments=self._absolute(given.service.attachments),
                templates=self._absolute(given.service.templates),
                texts=self._absolute(given.service.texts),
            ),
            root=self._absolute(given.root),
        )

    def login_password(self) -> SecretStr:
        """Fetch the administrator's password. Raises `InputError` when it is not where the answers say."""
        return self.login.password.resolve(self.folder, "login.password")

    def migrator(self) -> Contact | None:
        """Return the contact details, or None when there are none."""
        given = self.contact
        return None if given is None else Contact(email=given.email, phone=given.phone, language=given.language)

    def notify(self) -> Notifications:
        """Return who is told afterwards."""
        return Notifications(welcome=self.notifications.welcome, summary=self.notifications.summary)

    def beside(self, path: Path) -> Path:
        """Return the place of a file that the answers name."""
        return self.folder / path

    def _absolute(self, path: Path | None) -> Path | None:
        return None if path is None else self.folder / path


def load_answers(file: Path) -> Answers:
    """Read an answers file.

    Raises `InputError` `answers-unreadable`, `answers-syntax` (which names the line) or `answers-invalid` (which names
    each wrong or unknown key with its dots).
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(
            "answers-unreadable", f"The answers file {file} cannot be read: {error}.", "Check the path of --answers."
        ) from None
    values = read_toml(content, area="answers", place=f"The answers file {file}")
    for one in texts_in(values):
        SECRETS.add_within(one)
    if "folder" in values:
        raise _invalid(file, "folder: unknown key")
    try:
        return Answers(**values, folder=file.resolve().parent)
    except ValidationError as error:
        raise _invalid(file, problems(error, Answers)) from None


def _invalid(file: Path, problems: str) -> InputError:
    return InputError(
        "answers-invalid",
        f"The answers file {file} is not valid: {problems}.",
        "See docs/reference/answers.md for all keys; a secret is named as { env = ... }, { file = ... } or "
        "{ keyring = ... }, never written down.",
    )
