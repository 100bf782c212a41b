"""Reads the registry of this machine. The only file that knows `winreg`."""

# ruff: noqa: ANN401  (handles of `winreg` have a type on Windows only)

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from omt_discovery.windows.registry import EmptyRegistry, Registry, RegistryValue


class WinRegModule(Protocol):
    """What is used of the standard library's `winreg`, so that a stand-in can take its place in tests."""

    HKEY_LOCAL_MACHINE: Any
    HKEY_CURRENT_USER: Any
    KEY_READ: int
    KEY_WOW64_64KEY: int

    def OpenKey(self, key: Any, sub_key: str, reserved: int, access: int) -> Any:  # noqa: N802 (winreg's own name)
        """Open a key; OSError when it is not there or not readable."""

    def EnumKey(self, key: Any, index: int) -> str:  # noqa: N802 (winreg's own name)
        """Return the name of a key below; OSError when there are no more."""

    def EnumValue(self, key: Any, index: int) -> tuple[str, Any, int]:  # noqa: N802 (winreg's own name)
        """Return name, content and type of a value; OSError when there are no more."""


class WindowsRegistry:
    """The registry of this machine, always its 64-bit view, where the 32-bit one is below WOW6432Node."""

    def __init__(self, winreg: WinRegModule) -> None:
        self._winreg = winreg
        self._hives = {
            "HKEY_LOCAL_MACHINE": winreg.HKEY_LOCAL_MACHINE,
            "HKEY_CURRENT_USER": winreg.HKEY_CURRENT_USER,
        }

    def values(self, key: str) -> Mapping[str, RegistryValue]:
        """Return the values of a key; none when it is not there or not readable."""
        found: dict[str, RegistryValue] = {}
        with self._open(key) as handle:
            index = 0
            while handle is not None:
                try:
                    name, content, _kind = self._winreg.EnumValue(handle, index)
                except OSError:
                    break
                index += 1
                if isinstance(content, list):
                    found[name.casefold()] = tuple(map(str, content))
                elif isinstance(content, str | int | bytes):
                    found[name.casefold()] = content
        return found

    def subkeys(self, key: str) -> Sequence[str]:
        """Return the names of the keys directly below; none when it is not there or not readable."""
        found: list[str] = []
        with self._open(key) as handle:
            while handle is not None:
                try:
                    found.append(self._winreg.EnumKey(handle, len(found)))
                except OSError:
                    break
        return sorted(found)

    @contextlib.contextmanager
    def _open(self, key: str) -> Iterator[Any]:
        hive, _, path = key.partition("\\")
        access = self._winreg.KEY_READ | self._winreg.KEY_WOW64_64KEY
        try:
            handle = self._winreg.OpenKey(self._hives[hive], path, 0, access)
        except OSError:
            yield None
            return
        with handle:
            yield handle


def open_registry() -> Registry:
    """Return the registry of this machine; an empty one where there is no Windows."""
    if sys.platform != "win32":
        return EmptyRegistry()
    import winreg  # noqa: PLC0415  (exists on Windows only)

    return WindowsRegistry(winreg)
