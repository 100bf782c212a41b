"""SuperOffice Server and web sites: folders by pattern, since no registry key tells them."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator

from omt_discovery.configuration import Configuration, Rank
from omt_discovery.products.configuration_reader import ConfigurationReader
from omt_discovery.products.netserver_config import read_netserver_config
from omt_discovery.products.product_folder import CONFIG_NAME, INI_NAME, read_product_folder
from omt_discovery.settings import DiscoverySettings
from omt_discovery.windows.machine import Machine


def servers(machine: Machine, settings: DiscoverySettings) -> Iterator[Configuration]:
    """Yield the configurations of SuperOffice Server."""
    files = [
        path for folder in settings.server_folders for name in (INI_NAME, CONFIG_NAME)
        for path in machine.find(ntpath.join(folder, name))
    ]  # fmt: skip
    for folder in dict.fromkeys(map(ntpath.dirname, files)):
        if found := read_product_folder(machine, settings, ntpath.join(folder, INI_NAME), Rank.SERVER):
            yield found


def web_sites(machine: Machine, settings: DiscoverySettings) -> Iterator[Configuration]:
    """Yield the configurations of web sites that hold the product's section."""
    for path in dict.fromkeys(path for pattern in settings.web_configs for path in machine.find(pattern)):
        reader = ConfigurationReader(machine, limit=settings.file_bytes)
        config = reader.config(path)
        if config is None:
            if reader.findings:
                yield Configuration(name=path, rank=Rank.WEB, claims=(), findings=tuple(reader.findings))
            continue
        reading = read_netserver_config(config, path)
        claims = (
            *reading.database, *reading.login, *reading.archives, *reading.templates, *reading.web_services,
        )  # fmt: skip
        yield Configuration(name=path, rank=Rank.WEB, claims=claims, encrypted=reading.encrypted)
