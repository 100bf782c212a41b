"""Where the Windows client is installed, and with it its configuration (W16; crm.md section 1, Registry)."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator

from omt_discovery.configuration import Configuration, Rank
from omt_discovery.products.product_folder import INI_NAME, read_product_folder
from omt_discovery.settings import DiscoverySettings
from omt_discovery.windows.machine import Machine
from omt_discovery.windows.registry import CURRENT_USER, LOCAL_MACHINE, text_value

MAIL_LINK_KEY = rf"{CURRENT_USER}\Software\SuperOffice\MailLink"
MAIL_LINK_VALUE = "UseIniPathForWindowsClient"

# ND: which key holds the client's folder. The choice: what Windows itself keeps of installed programs.
_SOFTWARE = (rf"{LOCAL_MACHINE}\SOFTWARE\WOW6432Node", rf"{LOCAL_MACHINE}\SOFTWARE")
_APP_PATHS = r"Microsoft\Windows\CurrentVersion\App Paths\SOCRM.EXE"
_UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
_PRODUCT = "superoffice"


def windows_clients(machine: Machine, settings: DiscoverySettings) -> Iterator[Configuration]:
    """Yield the configurations of Windows clients, the surest place first."""
    known: set[str] = set()
    for path in _ini_paths(machine, settings):
        place = ntpath.normcase(ntpath.normpath(path))
        if place in known:
            continue
        known.add(place)
        configs = tuple(map(machine.expand, settings.config_files))
        if found := read_product_folder(machine, settings, path, Rank.WINDOWS_CLIENT, configs=configs):
            yield found


def _ini_paths(machine: Machine, settings: DiscoverySettings) -> Iterator[str]:
    yield from map(machine.expand, settings.ini_files)
    if named := text_value(machine.registry, MAIL_LINK_KEY, MAIL_LINK_VALUE):
        yield machine.expand(named)
    for folder in _registered_folders(machine):
        yield ntpath.join(machine.expand(folder.strip('"')), INI_NAME)
    for folder in settings.client_folders:
        yield ntpath.join(machine.expand(folder), INI_NAME)


def _registered_folders(machine: Machine) -> Iterator[str]:
    registry = machine.registry
    for software in _SOFTWARE:
        if folder := text_value(registry, rf"{software}\{_APP_PATHS}", "Path"):
            yield folder.rstrip(";")
        if program := text_value(registry, rf"{software}\{_APP_PATHS}"):
            yield ntpath.dirname(program.strip('"'))
    for software in _SOFTWARE:
        uninstall = rf"{software}\{_UNINSTALL}"
        for name in registry.subkeys(uninstall):
            title = text_value(registry, rf"{uninstall}\{name}", "DisplayName") or ""
            folder = text_value(registry, rf"{uninstall}\{name}", "InstallLocation")
            if folder and title.casefold().startswith(_PRODUCT):
                yield folder
