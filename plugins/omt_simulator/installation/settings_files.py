"""The installation's own settings: SuperOffice.ini, .config files and Customer Service's `config`.

Sections, keys and spelling are those of crm.md section 1, with the noise that real files have.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from omt_simulator.documents.plan import ARCHIVES
from omt_simulator.documents.templates import FOLDER as TEMPLATE_FOLDER
from omt_simulator.installation.connection import DSN, PREFIX, Connection
from omt_simulator.machine import Machine

CLIENT = r"C:\Program Files (x86)\SuperOffice\SuperOffice Windows"
WEB = r"C:\SuperOffice\SuperOffice Web"
SERVICE = r"C:\SuperOffice\Customer Service"
WEB_ADDRESS = "http://crm.nordlys.example.com/SuperOffice"


def _lines(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def _settings(**values: str) -> list[str]:
    return [f"        <add key={quoteattr(key)} value={quoteattr(value)} />" for key, value in values.items()]


def _ini() -> bytes:
    return _lines(
        "; SuperOffice Windows client",
        "[SuperOffice]",
        f"Datapath=_ODBC:{DSN}",
        f"ArchivePath={ARCHIVES[0]} ",
        f"archivepath2={ARCHIVES[1]}",
        f"TEMPLATEPATH={TEMPLATE_FOLDER}",
        "CRMCaption=Nordlys CRM",
        "EnableHdbCache=1",
        r"SOCachePath=%localappdata%\SuperOffice\Cache",
        "",
        "[Error]",
        "EnableDebug=0",
        rf"LogPath={ARCHIVES[0]}\DATA",
        "",
        "[Client]",
        "; archivepath=X:\\old",
        "MinVersion=8.5",
    )


def _database(connection: Connection, *, server: bool) -> list[str]:
    values = {"DatabaseMajor": connection.major, "DatabaseMinor": "15" if connection.major == "PostgreSQL" else "3"}
    if server:
        values |= {"Server": connection.server, "Database": connection.database}
    values |= {"TablePrefix": PREFIX, "CommandTimeOut": "0"}
    if server:
        values["ConnectionString"] = "Server=[@Server];Database=[@Database];User ID=[@User];Password=[@Password]"
    return ["      <Database>", "        <!-- the database -->", *_settings(**values), "      </Database>"]


def _xml(connection: Connection, *, server: bool) -> bytes:
    login = {
        "DBUser": connection.user,
        "DBPassword": connection.password,
        "CommonDBConnection": "True",
        "EmployeeAllowed": "True",
    }
    documents = (
        {"ArchivePath": ARCHIVES[0], "ArchivePath2": ARCHIVES[1], "TemplatePath": TEMPLATE_FOLDER} if server else {}
    )
    web = [
        "  <appSettings>",
        '    <add key="BlockedUser" value="" />',
        "  </appSettings>",
        "  <system.web>",
        '    <compilation debug="false" targetFramework="4.7.2" />',
        "  </system.web>",
    ]
    return _lines(
        '<?xml version="1.0" encoding="utf-8"?>',
        "<configuration>",
        *(web if server else ()),
        "  <SuperOffice>",
        "    <Data>",
        *_database(connection, server=server),
        "      <Explicit>",
        *_settings(**login),
        "      </Explicit>",
        "      <Session>",
        *_settings(Mode="HttpContext" if server else "Process"),
        "      </Session>",
        "    </Data>",
        "    <Documents>",
        *_settings(**documents, BufferSize="524288", TemporaryPath=r"C:\Temp"),
        "    </Documents>",
        "    <Security>",
        "      <Cryptography>",
        *_settings(UnsecureKeyStore="False"),
        "      </Cryptography>",
        "    </Security>",
        "  </SuperOffice>",
        "</configuration>",
    )


def _service(connection: Connection) -> bytes:
    return _lines(
        "# Customer Service configuration",
        f"dbHost = {connection.server}",
        f"dbUsername = {connection.user}",
        f"dbPassword = {connection.password}",
        f"dbDatabase = {DSN}",
        f"dbType = {connection.service_type}",
        "nsUser = SYSTEM0",
        "nsPass = vinterhage",
        f"nsEndPoint = {WEB_ADDRESS}/Remote/Services86/",
        "defaultContact = 1",
        "# frozen",
    )


def write_settings_files(machine: Machine, connection: Connection) -> None:
    """Write them all where a default installation has them."""
    machine.write(rf"{CLIENT}\SuperOffice.ini", _ini())
    machine.write(rf"{CLIENT}\SuperOffice.config", _xml(connection, server=False))
    machine.write(rf"{CLIENT}\SOCRM.EXE", b"MZ simulated")
    machine.write(rf"{WEB}\web.config", b"\xef\xbb\xbf" + _xml(connection, server=True))
    machine.write(rf"{SERVICE}\config", _service(connection))
    machine.write(rf"{SERVICE}\netserver\web.config", _xml(connection, server=True))
