"""Discovery on a Windows machine: its registry, its folders, its code page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.windows.machine import Windows

ARCHIVE = r"C:\SO_ARC\Åse"
REGISTRY = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\ODBC\ODBC.INI\CRM]
"Driver"="C:\\Windows\\SysWOW64\\sqlsrv32.dll"
"Server"="sql1"
"Database"="CRMDB"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\SOCRM.EXE]
"Path"="C:\\Progs\\SuperOffice Windows;"

[HKEY_LOCAL_MACHINE\SOFTWARE\SuperOffice Customer Service\site]
"basePath"="C:\\SuperOffice\\Customer Service"
"""
NOTHING = r"""Windows Registry Editor Version 5.00

[-HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\ODBC\ODBC.INI\CRM]
[-HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\SOCRM.EXE]
[-HKEY_LOCAL_MACHINE\SOFTWARE\SuperOffice Customer Service]
"""
FILES = {
    "Progs/SuperOffice Windows/SuperOffice.ini": f"[SuperOffice]\r\nDatapath=_ODBC:CRM\r\narchivepath={ARCHIVE}\r\n",
    "inetpub/wwwroot/crm/web.config": """<?xml version="1.0"?><configuration><SuperOffice>
<Data><Database><add key="DatabaseMajor" value="MSSQL"/></Database>
<Explicit><add key="DBUser" value="crm7"/><add key="DBPassword" value="planted-password"/></Explicit></Data>
</SuperOffice></configuration>""",
    "SuperOffice/Customer Service/config": "dbDatabase = CRM\r\ndbUsername = crm7\r\n",
}


@pytest.fixture
def site(windows: Windows) -> Iterator[Windows]:
    """The machine with an installation on it, which it has not any longer afterwards."""
    drive = windows.prefix.drive
    try:
        for name, text in FILES.items():
            (drive / name).parent.mkdir(parents=True, exist_ok=True)
            (drive / name).write_bytes(text.encode("cp1252"))
        import_registry(windows, REGISTRY)
        yield windows
    finally:
        for name in FILES:
            shutil.rmtree(drive / Path(name).parts[0], ignore_errors=True)
        import_registry(windows, NOTHING)


def import_registry(windows: Windows, text: str) -> None:
    (windows.place.here / "site.reg").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    ended = windows.run("reg", "import", str(windows.place.there / "site.reg"))
    assert ended.code == 0, ended.out + ended.err


def test_both_registries_the_ini_in_the_code_page_and_web_config_are_found(site: Windows) -> None:
    ended = site.omt("discover", "--json")
    lines = ended.json_lines()
    print(lines)
    (found,) = [line for line in lines if line["event"] == "installation"]
    assert (found["dbms"], found["server"], found["database"]) == ("mssql", "sql1", "CRMDB")
    assert found["archives"] == [ARCHIVE]
    assert found["service"] == r"C:\SuperOffice\Customer Service"
    sources = {one["source"] for one in found["evidence"]}
    assert any("WOW6432Node" in source for source in sources)
    assert any(r"SOFTWARE\SuperOffice Customer Service" in source for source in sources)
    assert any("web.config" in source for source in sources)
    assert b"planted" not in ended.out
