from __future__ import annotations

import fake_winreg
import pytest

from omt_discovery.windows.live_registry import WindowsRegistry, open_registry
from omt_discovery.windows.registry import EmptyRegistry

KEY = r"SOFTWARE\WOW6432Node\ODBC\ODBC.INI"


@pytest.fixture
def registry() -> WindowsRegistry:
    fake_winreg.load_fake_registry(fake_winreg.FakeRegistry())
    machine = fake_winreg.ConnectRegistry(None, fake_winreg.HKEY_LOCAL_MACHINE)
    for name in ("SuperOffice", "Budget"):
        key = fake_winreg.CreateKey(machine, rf"{KEY}\{name}")
        fake_winreg.SetValueEx(key, "Server", 0, fake_winreg.REG_SZ, f"sql-{name}")
        fake_winreg.SetValueEx(key, "Port", 0, fake_winreg.REG_DWORD, 1433)
        fake_winreg.SetValueEx(key, "Hosts", 0, fake_winreg.REG_MULTI_SZ, ["a", "b"])
    return WindowsRegistry(fake_winreg)


def test_values_come_by_lower_case_name(registry: WindowsRegistry) -> None:
    values = registry.values(rf"HKEY_LOCAL_MACHINE\{KEY}\SuperOffice")
    assert values == {"server": "sql-SuperOffice", "port": 1433, "hosts": ("a", "b")}


def test_keys_below_are_listed(registry: WindowsRegistry) -> None:
    assert registry.subkeys(rf"HKEY_LOCAL_MACHINE\{KEY}") == ["Budget", "SuperOffice"]


def test_a_key_that_is_not_there_is_empty(registry: WindowsRegistry) -> None:
    assert registry.values(r"HKEY_LOCAL_MACHINE\SOFTWARE\Nothing") == {}
    assert registry.subkeys(r"HKEY_CURRENT_USER\SOFTWARE\Nothing") == []


@pytest.mark.posix("there is a registry")
def test_elsewhere_than_on_windows_the_registry_is_empty() -> None:
    registry = open_registry()
    assert isinstance(registry, EmptyRegistry)
    assert (registry.values("HKEY_LOCAL_MACHINE"), registry.subkeys("HKEY_LOCAL_MACHINE")) == ({}, ())
