"""What SuperOffice.config and web.config say of the installation (crm.md section 1, SuperOffice.config)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from omt_discovery.configuration import (
    ARCHIVES,
    DATABASE,
    DBMS,
    PASSWORD,
    PREFIX,
    SERVER,
    TEMPLATES,
    USER,
    WEB_SERVICES,
    Claim,
    password_claim,
)  # fmt: skip
from omt_discovery.products.dotnet_config import DotNetConfig, is_plain_text
from omt_discovery.products.web_address import service_root

_UNREADABLE = "(encrypted)"
_DATABASE_KEYS = (
    (DBMS, ("DatabaseMajor",)),
    (SERVER, ("Server",)),
    # The class reference and the vendor's sample spell it differently.
    (DATABASE, ("Database", "DatabaseName")),
    (PREFIX, ("TablePrefix",)),
)
_DATABASE_SECTION, _LOGIN_SECTION, _DOCUMENTS_SECTION = ("Data", "Database"), ("Data", "Explicit"), ("Documents",)
_ARCHIVE = re.compile(r"archivepath(\d{0,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NetServerReading:
    """Claims by kind; `encrypted` are those that could not be read."""

    database: tuple[Claim, ...] = ()
    login: tuple[Claim, ...] = ()
    archives: tuple[Claim, ...] = ()
    templates: tuple[Claim, ...] = ()
    web_services: tuple[Claim, ...] = ()
    encrypted: tuple[Claim, ...] = ()


def read_netserver_config(config: DotNetConfig, path: str) -> NetServerReading:
    """Read a configuration file; `path` is shown as its place."""
    login, unreadable = _login(config, path)
    sections = ((_DATABASE_SECTION, DATABASE), (_DOCUMENTS_SECTION, ARCHIVES))
    protected = [
        Claim(setting=setting, value=_UNREADABLE, source=_place(path, section, ""))
        for section, setting in sections
        if config.is_encrypted(*section)
    ]
    documents = config.section(*_DOCUMENTS_SECTION)
    return NetServerReading(
        database=tuple(_database(config.section(*_DATABASE_SECTION), path)),
        login=tuple(login),
        archives=tuple(_archives(documents, path)),
        templates=tuple(_claim(documents, path, _DOCUMENTS_SECTION, TEMPLATES, "TemplatePath")),
        web_services=tuple(_web_services(config, path)),
        encrypted=(*unreadable, *protected),
    )


def _database(values: Mapping[str, str], path: str) -> Iterator[Claim]:
    for setting, keys in _DATABASE_KEYS:
        for key in keys:
            yield from _claim(values, path, _DATABASE_SECTION, setting, key)


def _login(config: DotNetConfig, path: str) -> tuple[list[Claim], list[Claim]]:
    """Return the claims about user and password, and those that could not be read."""
    values = config.section(*_LOGIN_SECTION)
    user, password = values.get("dbuser"), values.get("dbpassword")
    plain: list[Claim] = []
    encrypted: list[Claim] = []
    for setting, key, value in ((USER, "DBUser", user), (PASSWORD, "DBPassword", password)):
        source = _place(path, _LOGIN_SECTION, key)
        if config.is_encrypted(*_LOGIN_SECTION) or (value is not None and not is_plain_text(value)):
            encrypted.append(Claim(setting=setting, value=_UNREADABLE, source=source))
        elif value is not None and setting == USER:
            plain.append(Claim(setting=setting, value=value, source=source))
        elif value is not None and user is not None and is_plain_text(user):
            plain.append(password_claim(SecretStr(value), owner=user, source=source))
    return plain, encrypted


def _archives(values: Mapping[str, str], path: str) -> Iterator[Claim]:
    """Yield ArchivePath and all numbered ones in the order of their numbers, gaps and all."""
    numbered = {int(match[1] or 0): key for key in values if (match := _ARCHIVE.fullmatch(key))}
    for _, key in sorted(numbered.items()):
        yield from _claim(values, path, _DOCUMENTS_SECTION, ARCHIVES, key.replace("archivepath", "ArchivePath"))


def _web_services(config: DotNetConfig, path: str) -> Iterator[Claim]:
    # The vendor's page on WebServices: Services.RemoteBaseURL overrides the other.
    for section in (("Services",), ("WebServices",)):
        for claim in _claim(config.section(*section), path, section, WEB_SERVICES, "RemoteBaseURL"):
            if address := service_root(claim.value):
                yield Claim(setting=WEB_SERVICES, value=address, source=claim.source)


def _claim(values: Mapping[str, str], path: str, section: tuple[str, ...], setting: str, key: str) -> list[Claim]:
    value = values.get(key.casefold())
    return [Claim(setting=setting, value=value, source=_place(path, section, key))] if value else []


def _place(path: str, section: tuple[str, ...], key: str) -> str:
    return f"{path} {'/'.join((*section, key)).rstrip('/')}"
