"""A folder of the Windows client or of the server: SuperOffice.ini, and SuperOffice.config beside it.

Within one folder (crm.md section 1, Precedence): archives and ODBC source come from the ini, server and
database from that source's registry entry, user and password from the config; the config fills what is left.
"""

from __future__ import annotations

import ntpath
from collections.abc import Iterable
from itertools import chain

from omt_discovery.configuration import DBMS, Claim, Configuration, Rank, strongest
from omt_discovery.products.configuration_reader import ConfigurationReader
from omt_discovery.products.netserver_config import read_netserver_config
from omt_discovery.products.superoffice_ini import read_ini
from omt_discovery.settings import DiscoverySettings
from omt_discovery.windows.machine import Machine

INI_NAME, CONFIG_NAME = "SuperOffice.ini", "SuperOffice.config"


def read_product_folder(
    machine: Machine, settings: DiscoverySettings, ini_path: str, rank: Rank, *, configs: tuple[str, ...] = ()
) -> Configuration | None:
    """Read the ini and the config beside it, then further `configs`; None when there is neither.

    The user's own ini fills in for clients only, since it is the client that has users.
    """
    reader = ConfigurationReader(machine, limit=settings.file_bytes)
    ini = reader.ini(ini_path)
    beside = ntpath.join(ntpath.dirname(ini_path), CONFIG_NAME)
    readings = [
        read_netserver_config(config, path)
        for path in (beside, *configs)
        if (config := reader.config(path)) is not None
    ]
    if ini is None and not readings and not reader.findings:
        return None
    inis = [] if ini is None else [ini]
    if rank is Rank.WINDOWS_CLIENT and inis:
        paths = dict.fromkeys(path for pattern in settings.user_ini_files for path in machine.find(pattern))
        inis += [user_ini for path in paths if (user_ini := reader.ini(path)) is not None]
    from_ini = read_ini(inis, machine.registry, default_source=settings.default_source)
    # What the configuration calls its type is surer than what a driver's name tells.
    guessed = [claim for claim in from_ini.database if claim.setting == DBMS]
    stated = [claim for claim in from_ini.database if claim.setting != DBMS]
    return Configuration(
        name=ini_path if ini is not None else beside,
        rank=rank,
        claims=(
            *stated,
            *_joined(reading.database for reading in readings),
            *guessed,
            *_joined(reading.login for reading in readings),
            *strongest(from_ini.archives, *(reading.archives for reading in readings)),
            *from_ini.templates,
            *_joined(reading.templates for reading in readings),
            *_joined(reading.web_services for reading in readings),
        ),
        encrypted=_joined(reading.encrypted for reading in readings),
        findings=(*reader.findings, *from_ini.findings),
    )


def _joined(lists: Iterable[tuple[Claim, ...]]) -> tuple[Claim, ...]:
    return tuple(chain.from_iterable(lists))
