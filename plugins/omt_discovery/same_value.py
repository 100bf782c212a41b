"""When two configurations mean the same by different spellings."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest

from omt_discovery.configuration import (
    ARCHIVES,
    DATABASE,
    SERVER,
    SERVICE_BASE,
    TEMPLATES,
    Claim,
    Configuration,
)  # fmt: skip
from omt_discovery.windows_files import same_path

_SERVER = re.compile(r"(?:tcp:|np:|lpc:)?(.*?)(?:[,:]\s*(\d{1,5}))?", re.IGNORECASE | re.DOTALL)
_THIS_MACHINE = frozenset({".", "(local)", "localhost", "127.0.0.1", "::1"})
_PATHS = frozenset({ARCHIVES, TEMPLATES, SERVICE_BASE})


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
