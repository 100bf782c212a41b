"""Weighs configurations against one another, value by value (crm.md section 1, Precedence).

What belongs to another database is left out altogether: values of two installations must never be mixed. A password is
only ever used with the user it stood beside. Everything that was found is kept as evidence, what lost marked so. Values
that mean the same by different spellings are the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from omt_core.api import Evidence, Finding, Sentence, sentence
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
from omt_discovery.findings import ANOTHER_DATABASE_FOUND, CONFIGURATION_CONFLICT
from omt_discovery.windows.files import same_path

SETTINGS = (
    DBMS, SERVER, DATABASE, DSN, PREFIX, USER, PASSWORD, ARCHIVES, TEMPLATES, SERVICE_BASE, SERVICE_ATTACHMENTS,
    SERVICE_TEMPLATES, SERVICE_TEXTS, WEB_SERVICES,
)  # fmt: skip
"""All settings, in the order in which they are shown."""

_MAY_DIFFER = frozenset({DSN, PASSWORD, WEB_SERVICES})
"""Sources and addresses may have several names; passwords are not compared, as that would tell something of them."""

_SERVER = re.compile(r"(?:tcp:|np:|lpc:)?(.*?)(?:[,:]\s*(\d{1,5}))?", re.IGNORECASE | re.DOTALL)
_THIS_MACHINE = frozenset({".", "(local)", "localhost", "127.0.0.1", "::1"})
_PATHS = frozenset({ARCHIVES, TEMPLATES, SERVICE_BASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The claims that won by setting, everything that was found, and what to say about it.

    `rank` is the best of the configurations, the answers apart, that gave a value.
    """

    won: Mapping[str, tuple[Claim, ...]]
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    rank: Rank | None

    def value(self, setting: str) -> str | None:
        """Return the value that won, or None."""
        claims = self.won.get(setting, ())
        return claims[0].value if claims else None


def weigh(configurations: Sequence[Configuration]) -> Weighed:
    """Weigh the answers and all that was found."""
    ordered = sorted(configurations, key=lambda configuration: configuration.rank)
    home = _home(ordered)
    own = [one for one in ordered if one.rank is Rank.ANSWERS or home is None or not differ(one, home)]
    foreign = [one for one in ordered if one not in own]
    won: dict[str, tuple[Claim, ...]] = {}
    for setting in SETTINGS:
        if claims := _winner(setting, own, won):
            won[setting] = claims
    evidence = [entry for setting in SETTINGS for entry in _evidence(setting, own, foreign, won.get(setting, ()))]
    findings = [finding for one in own for finding in one.findings]
    findings += [finding for setting in SETTINGS for finding in _conflicts(setting, own)]
    findings += [_another(one, home) for one in foreign if home is not None]
    winners = {claim.source for claims in won.values() for claim in claims}
    ranks = [one.rank for one in own if one.rank is not Rank.ANSWERS and winners & {c.source for c in one.claims}]
    return Weighed(
        won=won, evidence=tuple(dict.fromkeys(evidence)), findings=tuple(findings), rank=min(ranks, default=None)
    )


def _home(ordered: Sequence[Configuration]) -> Configuration | None:
    """Return the configuration whose database is the one: that which the answers name, else the strongest's."""
    found = [one for one in ordered if one.rank is not Rank.ANSWERS and names_database(one)]
    for answers in (one for one in ordered if one.rank is Rank.ANSWERS and names_database(one)):
        named = [one for one in found if not differ(one, answers)]
        if named:
            return named[0]
    return found[0] if found else None


def _winner(setting: str, own: Sequence[Configuration], won: Mapping[str, tuple[Claim, ...]]) -> tuple[Claim, ...]:
    if setting == WEB_SERVICES:
        united: dict[str, Claim] = {}
        for claim in (claim for one in own for claim in one.used(setting)):
            united.setdefault(claim.value, claim)
        return tuple(united.values())
    for one in own:
        claims_of_one = one.used(setting)
        if setting == PASSWORD:
            claims_of_one = tuple(claim for claim in claims_of_one if _belongs(claim, won))
        if claims_of_one:
            return claims_of_one
    return ()


def _belongs(password: Claim, won: Mapping[str, tuple[Claim, ...]]) -> bool:
    user = won.get(USER, ())
    return password.owner is None or (bool(user) and user[0].value.casefold() == password.owner.casefold())


def _evidence(
    setting: str, own: Sequence[Configuration], foreign: Sequence[Configuration], won: tuple[Claim, ...]
) -> Iterator[Evidence]:
    for place, claim in enumerate(won):
        numbered = f"{setting}[{place}]" if setting in {ARCHIVES, WEB_SERVICES} else setting
        yield Evidence(setting=numbered, value=claim.value, source=claim.source)
    for one in own:
        for claim in one.claims:
            if claim.setting == setting and claim not in won:
                yield Evidence(setting=setting, value=claim.value, source=_with(claim.source, _why_lost(claim, won)))
        for claim in one.encrypted:
            if claim.setting == setting:
                yield Evidence(
                    setting=setting,
                    value=claim.value,
                    source=sentence("{source} (could not be decrypted)", source=claim.source),
                )
    for one in foreign:
        for claim in one.claims:
            if claim.setting == setting:
                source = sentence("{source} (not used: belongs to another database)", source=claim.source)
                yield Evidence(setting=setting, value=claim.value, source=source)


def _with(source: str, why: str) -> Sentence:
    return sentence("{source} ({reason})", source=source, reason=why)


def _why_lost(claim: Claim, won: tuple[Claim, ...]) -> str:
    if claim.secret is None and any(same_claims(claim.setting, (claim,), (winner,)) for winner in won):
        return sentence("the same")
    return (
        sentence("not used: {source} comes first", source=won[0].source)
        if won
        else sentence("not used: it is another user's")
    )


def _conflicts(setting: str, own: Sequence[Configuration]) -> Iterator[Finding]:
    claiming = [one for one in own if one.rank is not Rank.ANSWERS and one.used(setting)]
    if setting in _MAY_DIFFER or not claiming:
        return
    first = claiming[0].used(setting)
    for one in claiming[1:]:
        other = one.used(setting)
        if not same_claims(setting, first, other):
            message = sentence(
                "{setting} is '{first}' in {first_places} and '{other}' in {other_places}; the first comes first.",
                setting=setting,
                first=", ".join(claim.value for claim in first),
                first_places=_places(first),
                other=", ".join(claim.value for claim in other),
                other_places=_places(other),
            )
            yield CONFIGURATION_CONFLICT.finding(message, (setting,))


def _places(claims: Sequence[Claim]) -> str:
    """Name the files and keys that values stand in: one configuration is read from several."""
    return " and ".join(dict.fromkeys(claim.source for claim in claims))


def _another(one: Configuration, home: Configuration) -> Finding:
    database, own = (" on ".join(filter(None, (c.value(DATABASE), c.value(SERVER)))) for c in (one, home))
    message = sentence(
        "{configuration} belongs to {database}, not to {own}.", configuration=one.name, database=database, own=own
    )
    return ANOTHER_DATABASE_FOUND.finding(message, (one.name,))


def same_claims(setting: str, some: tuple[Claim, ...], others: tuple[Claim, ...]) -> bool:
    """Tell whether claims of a setting, as used by two configurations, come to the same."""
    same: Callable[[str, str], bool] = _same_name
    if setting == SERVER:
        same = same_server
    elif setting in _PATHS:
        same = same_path
    pairs = zip_longest((claim.value for claim in some), (claim.value for claim in others))
    return all(one is not None and other is not None and same(one, other) for one, other in pairs)


def same_server(one: str, other: str) -> bool:
    """Tell whether two server names are one server: in any case, with a protocol, with a port or without."""
    (host, port), (other_host, other_port) = _server(one), _server(other)
    return host == other_host and (port == other_port or None in {port, other_port})


def differ(one: Configuration, other: Configuration) -> bool:
    """Tell whether two configurations belong to different databases, as far as both say which."""
    return any(
        bool(one.used(setting)) and bool(other.used(setting))
        and not same_claims(setting, one.used(setting), other.used(setting))
        for setting in (SERVER, DATABASE)
    )  # fmt: skip


def names_database(configuration: Configuration) -> bool:
    """Tell whether a configuration says which database it belongs to."""
    return any(configuration.used(setting) for setting in (SERVER, DATABASE))


def _server(name: str) -> tuple[str, str | None]:
    match = _SERVER.fullmatch(name.strip())
    host, port = (match[1], match[2]) if match else (name, None)
    host = host.strip().casefold()
    machine, slash, instance = host.partition("\\")
    return ("(local)" if machine in _THIS_MACHINE else machine) + slash + instance, port


def _same_name(one: str, other: str) -> bool:
    # A simulated database's name is the path of a file.
    return one.strip().casefold() == other.strip().casefold() or ("\\" in one and same_path(one, other))
