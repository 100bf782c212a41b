"""What reading the database needs of this machine: an ODBC driver, and room for the parts that wait to be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from omt_core.api import (
    DatabaseLocation,
    InputError,
    InstallationError,
    MachineCheck,
    MachineState,
    byte_size,
    joined,
    listing,
    looked_at,
    sentence,
)
from omt_core.api.calls import ExamineMachine
from omt_database.drivers.choice import ODBC_DRIVERS, brings_its_driver, choose_driver
from omt_database.drivers.odbc import OdbcDriver, load_pyodbc
from omt_database.findings import PLUGIN
from omt_database.settings import DatabaseSettings

_NAME: Final = "odbc"


async def examine(call: ExamineMachine, settings: DatabaseSettings) -> Sequence[MachineCheck]:
    """Say which drivers there are and which one would be used; no connection is made."""
    if call.roles["database"] != PLUGIN:
        return ()
    location = None if call.installation is None else call.installation.database

    def look() -> Iterator[MachineCheck]:
        if location is not None and brings_its_driver(location, settings):
            yield _own_driver(location, settings)
            return
        try:
            installed = list(load_pyodbc().drivers())
        except InstallationError as error:
            needed = location is None or location.dbms != "sqlite"
            yield _line(MachineState.ERROR if needed else MachineState.WARNING, error.message, error.remedy)
            return
        drivers = listing(sorted(installed), 20)
        told = sentence("ODBC drivers: {drivers}.", drivers=drivers) if drivers else sentence("ODBC drivers: none.")
        yield _line(MachineState.OK, told)
        yield _unchosen(installed, settings) if location is None else _chosen(location, installed, settings)

    waiting = sentence(
        "Parts of the database that wait to be sent take up to {size} of the workspace.",
        size=byte_size(settings.spool_bytes),
    )
    spool = MachineCheck(name="spool", state=MachineState.OK, message=waiting, workspace_bytes=settings.spool_bytes)
    return (*await looked_at(_NAME, look), spool)


def _own_driver(location: DatabaseLocation, settings: DatabaseSettings) -> MachineCheck:
    """Say that a driver which comes with its package opens this database, or why it cannot."""
    try:
        choose_driver(location, settings)
    except (InstallationError, InputError) as error:
        return _line(MachineState.ERROR, error.message, error.remedy)
    return _line(
        MachineState.OK,
        sentence("The database in {dbms} would be read by mssql-python, which brings its driver.", dbms=location.dbms),
    )


def _chosen(location: DatabaseLocation, installed: Sequence[str], settings: DatabaseSettings) -> MachineCheck:
    """Say which driver would open this database."""
    try:
        driver = choose_driver(location, settings)
        if not isinstance(driver, OdbcDriver):
            return _line(MachineState.OK, sentence("The database in {dbms} is read without ODBC.", dbms=location.dbms))
        name = driver.driver_name()
    except (InstallationError, InputError) as error:
        return _line(MachineState.ERROR, error.message, error.remedy)
    if name is None:
        return _line(
            MachineState.ERROR,
            sentence("The ODBC source of the installation is not there for this account and this Python."),
            sentence(
                "Set it up in the ODBC administration of the bitness of Python, or give server and database instead."
            ),
        )
    if name not in installed and not _is_path(name):
        return _line(
            MachineState.ERROR,
            sentence(
                "The ODBC driver '{name}', which is to open the database, is not installed for this Python.", name=name
            ),
            sentence(
                "Install it in the bitness of Python, or name one that is there in the setting `database.odbc_driver`."
            ),
        )
    return _line(
        MachineState.OK,
        sentence("The database in {dbms} would be read by the ODBC driver '{name}'.", dbms=location.dbms, name=name),
    )


def _unchosen(installed: Sequence[str], settings: DatabaseSettings) -> MachineCheck:
    """Say of each kind of database which driver would open it."""
    found = {
        dbms: settings.odbc_driver or make(DatabaseLocation(dbms=dbms), settings).suitable(installed)
        for dbms, make in ODBC_DRIVERS.items()
    }
    told = joined(
        (
            sentence("{dbms} by '{driver}'", dbms=dbms, driver=name) if name else sentence("{dbms} by none", dbms=dbms)
            for dbms, name in found.items()
        ),
        "; ",
    )
    return _line(
        MachineState.NOT_CHECKED,
        sentence("Which driver is needed is not known. Of those installed: {told}.", told=told),
    )


def _is_path(name: str) -> bool:
    """Tell whether a driver is named by its library, which ODBC on other systems than Windows takes too."""
    return "/" in name or "\\" in name


def _line(state: MachineState, message: str, remedy: str = "") -> MachineCheck:
    return MachineCheck(name=_NAME, state=state, message=message, remedy=remedy)
