"""Whom and what a migration knows by name, so that none of it goes into a support bundle."""

from __future__ import annotations

import getpass
import json
import platform
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from omt_core.api.decisions import Decisions
from omt_core.api.findings import Finding, Severity
from omt_core.api.items import ItemState
from omt_core.api.redaction import Kind, Redaction
from omt_core.api.users import User
from omt_core.engine import facts
from omt_core.engine.session import Engine
from omt_core.journal import Journal

_OF_EVERY_MACHINE: Final = frozenset({"root", "administrator", "system", "user", "localhost"})
_PERSONAL_ANSWERS: Final[Mapping[str, Kind]] = {
    "login": "login",
    "contact": "name",
    "notifications": "e-mail",
    "archive": "login",
    "installation": "site",
    "online": "setting",
    "plugins": "setting",
}
"""Sections of the answers whose every text is of one person or one installation."""
_WORD: Final = re.compile(r"\w+")
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_NAME_PART: Final = 3
_NOT_OF_ONE: Final = frozenset({"mssql", "oracle", "postgresql", "sqlite", "crm7"})


def own_words(engine: Engine, files: Iterable[str]) -> frozenset[str]:
    """Return words of the tool's own, `files` of its own among them: they tell of nobody, whoever is called so."""
    words = (word for file in files for word in (file, *_WORD.findall(file)))
    plugins = (plugin.name for plugin in engine.host.plugins)
    codes = (*engine.host.codes, *engine.host.error_codes)
    return frozenset({*_LEVELS, *ItemState, *Severity, *codes, *plugins, *words})


def know_machine(redaction: Redaction) -> None:
    """Know of the account and the machine that the tool runs on."""
    names = [platform.node(), platform.node().partition(".")[0], Path.home().name]
    with suppress(OSError, KeyError, ImportError):  # an account without a name
        names.append(getpass.getuser())
    for name in names:
        if name.lower() not in _OF_EVERY_MACHINE:
            redaction.add("machine", name)


def know_answers(redaction: Redaction, answers: Mapping[str, object]) -> None:
    """Know of whom an answers file, or what was answered on the page, names."""
    for section, kind in _PERSONAL_ANSWERS.items():
        for text in _texts(answers.get(section)):
            _add_setting(redaction, kind, text)
    for section in ("plans", "usernames"):
        assigned = _mapping(_mapping(answers.get(section)).get("assign"))
        for login, value in assigned.items():
            redaction.add("login", str(login))
            if section == "usernames":
                redaction.add("name", str(value))


def know_settings(redaction: Redaction, texts: Iterable[str]) -> None:
    """Know of addresses, accounts and folders that the settings name."""
    for text in texts:
        _add_setting(redaction, "setting", text)


def know_users(redaction: Redaction, users: Iterable[User]) -> None:
    """Know of all users of the CRM."""
    for user in users:
        redaction.add("login", user.login)
        for name in (user.full_name, *(part for part in user.full_name.split() if len(part) >= _NAME_PART)):
            redaction.add("name", name)
        for address in user.emails:
            redaction.add("e-mail", address)
        for number in user.phones:
            redaction.add("phone", number)
        redaction.add("name", user.company)


def know_decisions(redaction: Redaction, decisions: Decisions) -> None:
    """Know of everybody about whom something was decided."""
    for login in {*decisions.plans, *decisions.user_names}:
        redaction.add("login", login)
    for name in decisions.user_names.values():
        redaction.add("name", name)
    if decisions.contact is not None:
        redaction.add("e-mail", decisions.contact.email)
        redaction.add("phone", decisions.contact.phone)
    if decisions.notifications.summary:
        redaction.add("e-mail", decisions.notifications.summary)
    for waiver in decisions.waivers:
        redaction.add("name", waiver.reason)


def know_findings(redaction: Redaction, findings: Iterable[Finding], own: Container[str]) -> None:
    """Know of the logins, names and files that findings are about; what is in `own` is of the product."""
    for finding in findings:
        for subject in finding.subjects:
            if subject not in own:
                redaction.add("path" if "/" in subject or "\\" in subject else "name", subject)


async def know_journal(
    redaction: Redaction, journal: Journal, texts: Iterable[str], own: Container[str]
) -> frozenset[str]:
    """Know of all that a journal names; of its items those that may stand in `texts`, however many there are.

    A document that is called as something of `own` is left. Returns the names of tables, which are of the product.
    """
    pins = await journal.notes.pins()
    redaction.add("licence", pins.get(facts.OWNER, ""))
    redaction.add("licence", pins.get(facts.SERIAL, ""))
    know_answers(redaction, {"installation": json.loads(pins.get(facts.ANSWERS, "{}"))})
    know_decisions(redaction, await journal.notes.decisions())
    words = {word for text in texts for word in _WORD.findall(text.lower())}
    tables: set[str] = set()
    async for batch in journal.items.records(states=tuple(ItemState)):
        for record in batch:
            if record.part is not None:
                tables.add(record.part.table)
                continue
            last = re.split(r"[\\/]", record.name)[-1]
            for name in {record.name, record.location or "", last, _stem(last)}:
                if words.issuperset(_WORD.findall(name.lower())) and name.lower() not in own:
                    redaction.add("document", name)
    return frozenset(tables)


def _stem(name: str) -> str:
    """Return the name of a file without its ending; not of one that is a number, as there are many in any text."""
    stem = name.rpartition(".")[0]
    return "" if stem.isdecimal() else stem


def manual_answers(answers: object) -> Mapping[str, object]:
    """Return answers about the installation as `know_answers` takes them."""
    return {"installation": asdict(answers)}  # type: ignore[call-overload]  # pydantic's dataclasses are dataclasses


def _add_setting(redaction: Redaction, kind: Kind, text: str) -> None:
    if text.lower() in _NOT_OF_ONE:
        return
    redaction.add(kind, text)
    host = urlsplit(text).hostname if "://" in text else None
    if host and not host.startswith("127.") and host not in _OF_EVERY_MACHINE:
        redaction.add("site", host)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str | Path):
        yield str(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, Mapping) else {}
