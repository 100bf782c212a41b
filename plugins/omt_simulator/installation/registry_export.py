"""The machine's registry as regedit exports it: UTF-16 little endian with a byte order mark."""

from __future__ import annotations

from collections.abc import Mapping

from omt_simulator.installation.connection import DSN, Connection
from omt_simulator.installation.settings_files import CLIENT, SERVICE

HEADER = "Windows Registry Editor Version 5.00"
SERVICE_HOST = "crm.nordlys.example.com"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def registry_export(connection: Connection) -> bytes:
    """Return the keys that discovery looks at (crm.md section 1), and others that it must not mind."""
    software = r"HKEY_LOCAL_MACHINE\SOFTWARE"
    keys: dict[str, Mapping[str, str | int]] = {
        rf"{software}\WOW6432Node\ODBC\ODBC.INI\{DSN}": connection.source,
        rf"{software}\WOW6432Node\ODBC\ODBC.INI\ODBC Data Sources": {DSN: "SuperOffice CRM"},
        rf"{software}\WOW6432Node\ODBC\ODBC.INI\Budget": {
            "Driver": r"C:\Windows\System32\SQLSRV32.dll",
            "Server": "(local)",
        },
        rf"{software}\WOW6432Node\SuperOffice Customer Service\{SERVICE_HOST}": {
            "basePath": SERVICE,
            "instanceId": "1",
            "port": 443,
        },
        rf"{software}\SuperOffice": {"Language": "NO"},
        r"HKEY_CURRENT_USER\Software\SuperOffice\MailLink": {
            "UseIniPathForWindowsClient": rf"{CLIENT}\SuperOffice.ini"
        },
        rf"{software}\WOW6432Node\Microsoft\Windows\CurrentVersion\App Paths\SOCRM.EXE": {"Path": CLIENT},
    }
    lines = [HEADER, ""]
    for key, values in keys.items():
        lines.append(f"[{key}]")
        for name, value in values.items():
            lines.append(f"{_quoted(name)}={f'dword:{value:08x}' if isinstance(value, int) else _quoted(value)}")
        lines.append("")
    return b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le")
