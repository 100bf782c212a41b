"""Makes an installation of what won, and says what is still needed (W17, W100-W105)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from omt_core.api import DatabaseLocation, Evidence, Finding, Installation, ServiceFolders, Severity, sentence
from omt_core.api.calls import Discovery
from omt_crm.vocabulary import DEFAULT_PREFIX
from omt_discovery.answers import SOURCE as ANSWERS_SOURCE
from omt_discovery.configuration import (
    ARCHIVES,
    DATABASE,
    DBMS,
    DSN,
    PASSWORD,
    PREFIX,
    SERVER,
    SERVICE_ATTACHMENTS,
    SERVICE_BASE,
    SERVICE_TEMPLATES,
    SERVICE_TEXTS,
    TEMPLATES,
    USER,
    WEB_SERVICES,
    Claim,
    Configuration,
    Rank,
)  # fmt: skip
from omt_discovery.findings import CONFIGURATION_ENCRYPTED, DATABASE_TYPE_UNSUPPORTED, DRIVE_MAPPED, PATH_UNUSABLE
from omt_discovery.precedence import Weighed
from omt_discovery.windows.files import normalise
from omt_discovery.windows.machine import Machine

DBMS_NAMES = {"mssql": "mssql", "oracle": "oracle", "sqlite": "sqlite", "postgresql": "postgresql"}
"""DatabaseMajor to the tool's own names. The last two are no product of the vendor's: simulated installations."""

TEMPLATE_FOLDER = "TEMPLATE"
WINDOWS_LOGIN = sentence("(the Windows account that runs the tool)")
"""What is shown for the user of SQL Server where nothing gives a login."""

_DEFAULT = sentence("default")


@dataclass(slots=True)
class _Assembly:
    """The parts of a Discovery while they are put together."""

    weighed: Weighed
    machine: Machine
    evidence: list[Evidence]
    findings: list[Finding]
    login_encrypted: bool
    needs: list[str] = field(default_factory=list)

    def location(self) -> DatabaseLocation:
        """Return where the database is, with what is not known left empty and needed."""
        value = self.weighed.value
        dbms, dsn = self._dbms(), self._dsn()
        database = value(DATABASE) if dbms != "oracle" else None
        server = value(SERVER) if dbms != "sqlite" else None
        if dsn is None and dbms != "sqlite" and server is None:
            self.needs.append("installation.server")
        if dsn is None and dbms != "oracle" and database is None:
            self.needs.append("installation.database")
        # A whole connection string may hold user and password, and a file needs none.
        if dbms != "sqlite" and "=" not in (dsn or "") and not self._logs_in_by_windows(dbms):
            self.needs += [f"installation.{name}" for name in ("user", "password") if value(f"database.{name}") is None]
        elif dbms == "mssql" and value(USER) is None and "=" not in (dsn or ""):
            self.evidence.append(Evidence(setting=USER, value=WINDOWS_LOGIN, source=_DEFAULT))
        if dbms == "sqlite" and database is not None:
            path = self.path(self.weighed.won[DATABASE][0])
            database = None if path is None else str(path)
        prefix = value(PREFIX)
        if prefix is None:
            self.evidence.append(Evidence(setting=PREFIX, value=DEFAULT_PREFIX, source=_DEFAULT))
        return DatabaseLocation(
            dbms=dbms, server=server, database=database, dsn=dsn, prefix=prefix or DEFAULT_PREFIX, user=value(USER),
            password=self._password(),
        )  # fmt: skip

    def _logs_in_by_windows(self, dbms: str) -> bool:
        """Tell whether SQL Server is to take the Windows account: where nothing gives a login, not even encrypted."""
        given = {USER, PASSWORD} & self.weighed.won.keys()
        return dbms == "mssql" and not given and not self.login_encrypted

    def archives(self) -> tuple[Path, ...]:
        """Return the archives that can be used; at least one is needed."""
        paths = [self.path(claim) for claim in self.weighed.won.get(ARCHIVES, ())]
        usable = tuple(dict.fromkeys(path for path in paths if path is not None))
        if not usable:
            self.needs.append("installation.archives")
        return usable

    def folder(self, setting: str) -> Path | None:
        """Return the folder of a setting, or None."""
        claims = self.weighed.won.get(setting, ())
        return self.path(claims[0]) if claims else None

    def templates(self, archives: tuple[Path, ...]) -> Path | None:
        """Return the templates' folder; without a setting it is TEMPLATE below the archive, in any case."""
        if TEMPLATES in self.weighed.won or not archives:
            return self.folder(TEMPLATES)
        claim = self.weighed.won[ARCHIVES][0]
        found = _entry(archives[0], TEMPLATE_FOLDER)
        if found is not None:
            source = sentence("{default}: {folder} below the archive", default=_DEFAULT, folder=TEMPLATE_FOLDER)
            value = f"{claim.value}\\{found.name}" if normalise(claim.value) else str(found)
            self.evidence.append(Evidence(setting=TEMPLATES, value=value, source=source))
        return found

    def path(self, claim: Claim) -> Path | None:
        """Return the path to open for a claimed one, or None with a finding."""
        text = self.machine.expand(claim.value)
        windows = normalise(text)
        # Answers name this machine's own paths; below a root they may also name those of the other machine.
        if claim.source == ANSWERS_SOURCE and (windows is None or self.machine.files.root is None):
            here = None if windows is None else self.machine.files.locate(windows)
            return here or Path(claim.value)
        path = None if windows is None else self.machine.files.locate(windows)
        if path is None:
            message = sentence(
                "{setting} is '{value}' in {source}, which is no folder that can be used.",
                setting=claim.setting,
                value=claim.value,
                source=claim.source,
            )
            self.findings.append(PATH_UNUSABLE.finding(message, (claim.value,)))
        elif windows is not None and (share := self.machine.share_of(windows)) is not None:
            return self._on_share(claim, path, share)
        return path

    def _on_share(self, claim: Claim, path: Path, share: str) -> Path:
        """Return the path on the share where the drive that is mapped to it is not there, and tell of the share."""
        found = self.machine.files.locate(share)
        instead = found is not None and not os.path.lexists(path) and os.path.lexists(found)
        message = sentence(
            "{setting} is {value} in {source}; that drive of the user's is mapped to {share}. The share is used."
            if instead
            else "{setting} is {value} in {source}; that drive of the user's is mapped to {share}. Give it as {setting}"
            " in [installation]: '{share}'.",
            setting=claim.setting,
            value=claim.value,
            source=claim.source,
            share=share,
        )
        severity = Severity.INFO if instead else None
        self.findings.append(DRIVE_MAPPED.finding(message, (claim.value,), severity=severity))
        return found if found is not None and instead else path

    def _dbms(self) -> str:
        claimed = self.weighed.value(DBMS)
        dbms = DBMS_NAMES.get((claimed or "").casefold())
        if dbms is None:
            self.needs.append("installation.dbms")
        if claimed is not None and dbms is None:
            message = sentence("The database is of type '{type}', which cannot be migrated.", type=claimed)
            self.findings.append(DATABASE_TYPE_UNSUPPORTED.finding(message, (claimed,)))
        return dbms or ""

    def _dsn(self) -> str | None:
        """Return the source to connect by: the answers' own, or one of this machine whose entry tells no more.

        A source that is resolved is not used itself: it is a 32-bit one, which a 64-bit program cannot open.
        """
        claims = self.weighed.won.get(DSN, ())
        if not claims:
            return None
        known = {SERVER, DATABASE} & self.weighed.won.keys()
        usable = claims[0].source == ANSWERS_SOURCE or (self.machine.files.root is None and not known)
        return claims[0].value if usable else None

    def _password(self) -> SecretStr | None:
        claims = self.weighed.won.get(PASSWORD, ())
        return claims[0].secret if claims else None


def assemble(weighed: Weighed, configurations: list[Configuration], machine: Machine) -> Discovery:
    """Return what was found as an installation."""
    encrypted = any(claim.setting in {USER, PASSWORD} for one in configurations for claim in one.encrypted)
    parts = _Assembly(weighed, machine, list(weighed.evidence), list(weighed.findings), encrypted)
    database = parts.location()
    archives = parts.archives()
    service = ServiceFolders(
        base=parts.folder(SERVICE_BASE), attachments=parts.folder(SERVICE_ATTACHMENTS),
        templates=parts.folder(SERVICE_TEMPLATES), texts=parts.folder(SERVICE_TEXTS),
    )  # fmt: skip
    templates = parts.templates(archives)
    parts.findings += [
        CONFIGURATION_ENCRYPTED.finding(
            sentence("{setting} could not be decrypted in {file}.", setting=claim.setting, file=claim.source),
            (claim.source,),
            severity=Severity.INFO if claim.setting in weighed.won else None,
        )
        for one in configurations for claim in one.encrypted
    ]  # fmt: skip
    installation = Installation(
        database=database, archives=archives, templates=templates, service=service,
        web_services=tuple(claim.value for claim in weighed.won.get(WEB_SERVICES, ())),
        root=machine.files.root, evidence=tuple(parts.evidence),
    )  # fmt: skip
    by_answers = Rank.BY_HAND if parts.needs else Rank.ANSWERS
    return Discovery(
        installation=installation,
        precedence=int(by_answers if weighed.rank is None else weighed.rank),
        needs=tuple(dict.fromkeys(parts.needs)),
        findings=tuple(dict.fromkeys(parts.findings)),
    )


def _entry(folder: Path, name: str) -> Path | None:
    try:
        return next((entry for entry in sorted(folder.iterdir()) if entry.name.casefold() == name.casefold()), None)
    except OSError:
        return None
