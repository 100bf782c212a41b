from __future__ import annotations

from omt_discovery.windows.environment import expand, read_environment
from omt_discovery.windows.registry import EmptyRegistry, LoadedRegistry


def test_variables_are_replaced_in_any_case_and_unknown_ones_stay() -> None:
    environment = read_environment(EmptyRegistry())
    assert (
        expand(r"%PROGRAMFILES(X86)%\SuperOffice\%nothing%", environment)
        == r"C:\Program Files (x86)\SuperOffice\%nothing%"
    )


def test_the_registry_tells_the_variables_of_the_machine_and_its_user() -> None:
    registry = LoadedRegistry(
        {
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion": {"ProgramFilesDir": r"D:\Programme"},
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment": {
                "SOARC": r"%DISK%\Arc"
            },
            r"HKEY_CURRENT_USER\Environment": {"DISK": "E:"},
            r"HKEY_CURRENT_USER\Volatile Environment": {"USERPROFILE": r"C:\Users\hh"},
        }
    )
    environment = read_environment(registry)
    assert expand(r"%ProgramFiles%\x", environment) == r"D:\Programme\x"
    assert expand("%soarc%", environment) == r"E:\Arc"
    assert expand("%localappdata%", environment) == r"C:\Users\hh\AppData\Local"


def test_variables_that_name_each_other_in_a_circle_come_to_an_end() -> None:
    assert "%" in expand("%a%", {"a": "%b%", "b": "%a%"})
