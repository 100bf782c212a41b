"""Customer Service: its folders and what its `config` file tells (crm.md section 1, Service).

Its other folders are in the database, where the archive plugin reads them.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from omt_core.api import sentence
from omt_discovery.configuration import (
    DATABASE,
    DBMS,
    DSN,
    SERVER,
    SERVICE_BASE,
    USER,
    WEB_SERVICES,
    Claim,
    Configuration,
    Rank,
    password_claim,
)  # fmt: skip
from omt_discovery.products.configuration_reader import ConfigurationReader
from omt_discovery.products.odbc_source import find_odbc_source
from omt_discovery.products.web_address import service_root
from omt_discovery.settings import DiscoverySettings
from omt_discovery.windows.machine import Machine
from omt_discovery.windows.registry import LOCAL_MACHINE, text_value
from omt_discovery.windows.text_encoding import decode_utf8_or_ansi

SITE_KEYS = (
    rf"{LOCAL_MACHINE}\SOFTWARE\WOW6432Node\SuperOffice Customer Service",
    rf"{LOCAL_MACHINE}\SOFTWARE\SuperOffice Customer Service",
)
"""One key per site below; its value basePath is the Service root."""


def customer_services(machine: Machine, settings: DiscoverySettings) -> Iterator[Configuration]:
    """Yield the configurations of Customer Service sites, those in the registry first."""
    known: set[str] = set()
    for folder, source in _folders(machine, settings):
        place = ntpath.normcase(ntpath.normpath(folder))
        if place in known:
            continue
        known.add(place)
        if found := _read(machine, settings, folder, source):
            yield found


def _folders(machine: Machine, settings: DiscoverySettings) -> Iterator[tuple[str, str]]:
    for parent in SITE_KEYS:
        for site in machine.registry.subkeys(parent):
            if folder := text_value(machine.registry, rf"{parent}\{site}", "basePath"):
                yield machine.expand(folder), rf"{parent}\{site} basePath"
    for folder in settings.service_folders:
        yield machine.expand(folder), sentence("default folder")


def _read(machine: Machine, settings: DiscoverySettings, folder: str, source: str) -> Configuration | None:
    reader = ConfigurationReader(machine, limit=settings.file_bytes)
    for name in settings.service_config_names:
        path = ntpath.join(folder, name)
        content = reader.content(path)
        if content is not None:
            values = read_service_config(decode_utf8_or_ansi(content, machine.ansi))
            claims = (
                Claim(setting=SERVICE_BASE, value=folder, source=source),
                *_database(machine, values, path),
                *_login(values, path),
                *_web_services(values, path),
            )
            return Configuration(name=path, rank=Rank.SERVICE, claims=claims, findings=tuple(reader.findings))
    if reader.findings:
        return Configuration(name=folder, rank=Rank.SERVICE, claims=(), findings=tuple(reader.findings))
    return None


def _database(machine: Machine, values: Mapping[str, str], path: str) -> Iterator[Claim]:
    if kind := values.get("dbtype"):
        yield Claim(setting=DBMS, value=kind, source=f"{path} dbType")
    if name := values.get("dbdatabase"):
        yield Claim(setting=DSN, value=name, source=f"{path} dbDatabase")
        if source := find_odbc_source(machine.registry, name):
            found = ((SERVER, source.server), (DATABASE, source.database), (DBMS, source.major))
            for setting, value in found:
                if value:
                    yield Claim(setting=setting, value=value, source=source.key)
    if server := values.get("dbhost"):
        yield Claim(setting=SERVER, value=server, source=f"{path} dbHost")


def _login(values: Mapping[str, str], path: str) -> Iterator[Claim]:
    user, password = values.get("dbusername"), values.get("dbpassword")
    if user:
        yield Claim(setting=USER, value=user, source=f"{path} dbUsername")
        if password:
            yield password_claim(SecretStr(password), owner=user, source=f"{path} dbPassword")


def _web_services(values: Mapping[str, str], path: str) -> Iterator[Claim]:
    if address := service_root(values.get("nsendpoint", "")):
        yield Claim(setting=WEB_SERVICES, value=address, source=f"{path} nsEndPoint")


def read_service_config(text: str) -> Mapping[str, str]:
    """Return the values of a `config` file by lower-case key: lines `key = value`, `#` for comments.

    Empty ones are left out. ND which of two equal keys counts: the first.
    """
    values: dict[str, str] = {}
    for raw in text.split("\n"):
        line = raw.strip(" \t\r\v\f\0")
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            values.setdefault(key.strip().casefold(), value.strip())
    return {key: value for key, value in values.items() if value}
