"""The Windows registry as discovery sees it: keys by full path, values by name, all in any case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

RegistryValue = str | int | bytes | tuple[str, ...]
"""REG_SZ and REG_EXPAND_SZ, DWORD and QWORD, REG_MULTI_SZ; everything else as bytes."""

LOCAL_MACHINE = "HKEY_LOCAL_MACHINE"
CURRENT_USER = "HKEY_CURRENT_USER"


class Registry(Protocol):
    r"""Keys are written with the full name of their hive: `HKEY_LOCAL_MACHINE\SOFTWARE\SuperOffice`."""

    def values(self, key: str) -> Mapping[str, RegistryValue]:
        """Return the values of a key by lower-case name, the default value as an empty one; none if there is no key."""
        ...

    def subkeys(self, key: str) -> Sequence[str]:
        """Return the names of the keys directly below, sorted; none if there is no key."""
        ...


class EmptyRegistry:
    """The registry of a machine that has none."""

    def values(self, key: str) -> Mapping[str, RegistryValue]:
        """Return nothing."""
        del key
        return {}

    def subkeys(self, key: str) -> Sequence[str]:
        """Return nothing."""
        del key
        return ()


class LoadedRegistry:
    """A registry in memory, from keys that were read before."""

    def __init__(self, keys: Mapping[str, Mapping[str, RegistryValue]]) -> None:
        self._values: dict[str, dict[str, RegistryValue]] = {}
        self._children: dict[str, dict[str, str]] = {}
        for key, values in keys.items():
            self._values.setdefault(key.casefold(), {}).update(
                {name.casefold(): value for name, value in values.items()}
            )
            parent, slash, name = key.rpartition("\\")
            while slash:
                self._children.setdefault(parent.casefold(), {}).setdefault(name.casefold(), name)
                parent, slash, name = parent.rpartition("\\")

    def values(self, key: str) -> Mapping[str, RegistryValue]:
        """Return the values of a key."""
        return self._values.get(key.casefold(), {})

    def subkeys(self, key: str) -> Sequence[str]:
        """Return the names of the keys directly below."""
        return sorted(self._children.get(key.casefold(), {}).values())


def text_value(registry: Registry, key: str, name: str = "") -> str | None:
    """Return a value that is a text and not blank, or None."""
    value = registry.values(key).get(name.casefold())
    return value.strip() or None if isinstance(value, str) else None
