"""The on-site installation as it was found: where its database, archives and Service folders are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocation:
    """How to reach the CRM database.

    `dbms` is `mssql`, `oracle`, `postgresql` or `sqlite`. `dsn` is an ODBC source's name or a whole connection string;
    it wins over `server` and `database`. For `sqlite`, `database` is the path of the file. `prefix` is the owner of the
    tables (domain/README.md section 2).
    """

    dbms: str
    server: str | None = None
    database: str | None = None
    dsn: str | None = None
    prefix: str = "CRM7"
    user: str | None = None
    password: SecretStr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFolders:
    """The folders of Customer Service (W101). None: it is not known, or there is none (W105)."""

    base: Path | None = None
    attachments: Path | None = None
    templates: Path | None = None
    texts: Path | None = None


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
    service: ServiceFolders = ServiceFolders()
    web_services: tuple[str, ...] = ()
    root: Path | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAnswers:
    """What the migrator gave by hand (W100-W105): whatever is set wins over anything that is found."""

    dbms: str | None = None
    server: str | None = None
    database: str | None = None
    dsn: str | None = None
    prefix: str | None = None
    user: str | None = None
    password: SecretStr | None = None
    archives: tuple[Path, ...] = ()
    templates: Path | None = None
    service: ServiceFolders = ServiceFolders()
    root: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The licence identity, pinned from the first run to the last (W71), and the product's version as shown (W19)."""

    owner: str
    serial: str
    version: str
