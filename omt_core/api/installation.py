"""The on-site installation as it was found: where its database, archives and Service folders are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, SecretStr, StrictBool, model_validator
from pydantic.dataclasses import dataclass as given_dataclass

from omt_core.api.given import GIVEN, GivenPath, GivenSecret, without_empty

_Dbms = Literal["mssql", "oracle", "postgresql", "sqlite"]
Dbms = Annotated[_Dbms, BeforeValidator(lambda given: given.lower() if isinstance(given, str) else given)]
"""A kind of database that a CRM may be in; people write it in any case."""

DBMS_TYPES: Final[tuple[str, ...]] = get_args(_Dbms)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocation:
    """How to reach the CRM database.

    `dbms` is `mssql`, `oracle`, `postgresql` or `sqlite`. `dsn` is an ODBC source's name or a whole connection string;
    it wins over `server` and `database`. For `sqlite`, `database` is the path of the file. `prefix` is the owner of the
    tables (crm.md section 2).
    """

    dbms: str
    server: str | None = None
    database: str | None = None
    dsn: str | None = None
    prefix: str = "CRM7"
    user: str | None = None
    password: SecretStr | None = None


@given_dataclass(frozen=True, slots=True, kw_only=True, config=GIVEN)
class ServiceFolders:
    """The folders of Customer Service (W101). None: it is not known, or there is none (W105)."""

    base: GivenPath | None = None
    """Folder of Customer Service, with its file `config`."""

    attachments: GivenPath | None = None
    """Folder of attachments."""

    templates: GivenPath | None = None
    """Folder of templates."""

    texts: GivenPath | None = None
    """Folder of texts (e-mail backup)."""

    _empty = model_validator(mode="before")(without_empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a value came from: `setting` (`database.server`), `value` as shown (never a secret), `source` (file)."""

    setting: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    r"""One on-site installation. `archives` are searched in order; only the first is written to by the product.

    `root` is the folder that stands for the machine when not the machine itself was searched: Windows paths read later
    (from the database, say) are mapped below it, `C:\x` to `root/C/x` and `\\host\share\x` to
    `root/UNC/host/share/x`. `web_services` are the base addresses of NetServer's web services, best first.
    """

    database: DatabaseLocation
    archives: tuple[Path, ...] = ()
    templates: Path | None = None
    service: ServiceFolders = field(default_factory=ServiceFolders)
    web_services: tuple[str, ...] = ()
    root: Path | None = None
    evidence: tuple[Evidence, ...] = ()


@given_dataclass(frozen=True, slots=True, kw_only=True, config=GIVEN)
class ManualAnswers:
    """What the migrator gave by hand (W100-W105): whatever is set wins over anything that is found.

    This is the one model of it: the section `installation` of the answers file, the form of the wizard, what the
    journal keeps, and what plugins receive are made from these fields.
    """

    root: GivenPath | None = None
    """A folder that stands for the machine: `C:\\x` is `root/C/x`."""

    dbms: Dbms | None = None
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
    """User of the database; none on SQL Server means the account that runs the tool."""

    password: GivenSecret = None
    """That user's password, as a reference."""

    windows_login: StrictBool = False
    """On SQL Server, log on with the account that runs the tool, whatever user and password are found on site."""

    archives: tuple[GivenPath, ...] = ()
    """Document archives, in the order in which they are searched."""

    templates: GivenPath | None = None
    """Folder of document templates, when it is not TEMPLATE in the first archive."""

    service: ServiceFolders = ServiceFolders()
    """The folders of Customer Service."""

    _empty = model_validator(mode="before")(without_empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The licence identity, pinned from the first run to the last (W71), and the product's version as shown (W19)."""

    owner: str
    serial: str
    version: str
