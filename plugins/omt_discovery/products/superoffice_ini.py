"""What SuperOffice.ini, SOUSER.INI and the ODBC source they name say (crm.md section 1, SuperOffice.ini)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from omt_core.api import Finding, sentence
from omt_discovery.configuration import ARCHIVES, DATABASE, DBMS, DSN, PREFIX, SERVER, TEMPLATES, Claim
from omt_discovery.findings import ODBC_SOURCE_MISSING
from omt_discovery.products.ini import IniFile
from omt_discovery.products.odbc_source import find_odbc_source
from omt_discovery.windows.registry import Registry

SECTION = "SuperOffice"
PLUGIN_SECTION = "DocPlugin_SoArc"
"""The document plug-in's own section, which it reads before the other."""

FIRST_ALTERNATIVE = 2
MOST_ALTERNATIVES = 1_000
"""More numbered archives than this are no configuration."""

_SOURCE = re.compile(r"\s*_?ODBC:\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
"""Both spellings of Datapath. The keyword is documented in capitals; other cases are let pass."""


@dataclass(frozen=True, slots=True)
class NamedIni:
    """An ini file and the path to show for it."""

    path: str
    content: IniFile


@dataclass(frozen=True, slots=True)
class IniReading:
    """Claims about the database, the archives in order, the templates' folder, and what there is to say."""

    database: tuple[Claim, ...] = ()
    archives: tuple[Claim, ...] = ()
    templates: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_ini(files: list[NamedIni], registry: Registry, *, default_source: str) -> IniReading:
    """Read the ini of a client or server; `files` are SuperOffice.ini and then the user's own."""
    database: list[Claim] = []
    findings: list[Finding] = []
    for path in _first(files, (SECTION,), "Datapath", DSN):
        match = _SOURCE.fullmatch(path.value)
        if match is None:
            continue
        name = match[1] or default_source
        database.append(Claim(setting=DSN, value=name, source=path.source))
        source = find_odbc_source(registry, name)
        if source is None:
            message = sentence(
                "{file} names the ODBC source '{name}', which is not registered.", file=path.source, name=name
            )
            findings.append(ODBC_SOURCE_MISSING.finding(message, (name,)))
            continue
        values = ((SERVER, source.server), (DATABASE, source.database), (DBMS, source.major))
        database += [Claim(setting=setting, value=value, source=source.key) for setting, value in values if value]
    database += _first(files, (SECTION,), "GlobalPrefix", PREFIX)
    return IniReading(
        tuple(database), tuple(_archives(files)), tuple(_first(files, (SECTION,), "templatepath", TEMPLATES)),
        tuple(findings),
    )  # fmt: skip


def _archives(files: list[NamedIni]) -> Iterator[Claim]:
    """Yield `archivepath`, then `archivepath2` and so on until a number is missing."""
    sections = (PLUGIN_SECTION, SECTION)
    yield from _first(files, sections, "archivepath", ARCHIVES)
    for number in range(FIRST_ALTERNATIVE, MOST_ALTERNATIVES):
        found = _first(files, sections, f"archivepath{number}", ARCHIVES)
        if not found:
            return
        yield from found


def _first(files: list[NamedIni], sections: tuple[str, ...], key: str, setting: str) -> list[Claim]:
    for section in sections:
        for file in files:
            if value := file.content.get(section, key):
                return [Claim(setting=setting, value=value, source=f"{file.path} [{section}] {key}")]
    return []
