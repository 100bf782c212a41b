"""Environment variables in settings: `%ProgramFiles%` and the like, those of the machine that is searched."""

from __future__ import annotations

import re
from collections.abc import Mapping

from omt_discovery.windows.registry import CURRENT_USER, LOCAL_MACHINE, Registry, text_value

_VARIABLE = re.compile(r"%([^%\\/:]+)%")
_EXPANSIONS = 8
"""How deep variables may name variables; more is a circle."""

_DEFAULTS = {
    "systemdrive": "C:",
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "programfiles": r"C:\Program Files",
    "programfiles(x86)": r"C:\Program Files (x86)",
    "programw6432": r"C:\Program Files",
    "programdata": r"C:\ProgramData",
    "allusersprofile": r"C:\ProgramData",
    "public": r"C:\Users\Public",
}
"""What a Windows that was installed with its defaults has."""

_VARIABLE_KEYS = (
    rf"{LOCAL_MACHINE}\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
    rf"{CURRENT_USER}\Environment",
    rf"{CURRENT_USER}\Volatile Environment",
)
"""Later ones win, as they do on Windows."""

_CURRENT_VERSION = rf"{LOCAL_MACHINE}\SOFTWARE\Microsoft\Windows\CurrentVersion"
_SHELL_FOLDERS = rf"{CURRENT_USER}\Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
_SINGLE_VALUES = (
    ("programfiles", _CURRENT_VERSION, "ProgramFilesDir"),
    ("programw6432", _CURRENT_VERSION, "ProgramFilesDir"),
    ("programfiles(x86)", _CURRENT_VERSION, "ProgramFilesDir (x86)"),
    ("appdata", _SHELL_FOLDERS, "AppData"),
    ("localappdata", _SHELL_FOLDERS, "Local AppData"),
)


def read_environment(registry: Registry) -> Mapping[str, str]:
    """Put together the environment of a machine from its registry; names are in lower case."""
    found = dict(_DEFAULTS)
    for variable, key, name in _SINGLE_VALUES:
        if value := text_value(registry, key, name):
            found[variable] = value
    for key in _VARIABLE_KEYS:
        found.update({name: value for name, value in registry.values(key).items() if isinstance(value, str) and value})
    if profile := found.get("userprofile"):
        found.setdefault("appdata", rf"{profile}\AppData\Roaming")
        found.setdefault("localappdata", rf"{profile}\AppData\Local")
    return found


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Replace variables by their values; one that is not known stays as it is."""
    for _ in range(_EXPANSIONS):
        expanded = _VARIABLE.sub(lambda found: environment.get(found[1].casefold(), found[0]), text)
        if expanded == text:
            break
        text = expanded
    return text
