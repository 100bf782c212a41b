"""What discovery will read, read here with nothing but the standard library."""

from __future__ import annotations

import configparser
import tomllib
from xml.etree import ElementTree as ET

import pytest

from omt_simulator.machine import Machine

CLIENT = r"C:\Program Files (x86)\SuperOffice\SuperOffice Windows"


@pytest.fixture
def machine(clean):
    return Machine(clean.machine)


def settings(path, section):
    root = ET.fromstring(path.read_bytes())
    return {entry.get("key"): entry.get("value") for entry in root.findall(f"SuperOffice/{section}/add")}


def test_the_ini_names_the_odbc_source_and_both_archives(machine):
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=(";",))
    parser.read(machine.locate(CLIENT + r"\SuperOffice.ini"), encoding="utf-8")
    section = parser["SuperOffice"]
    assert section["datapath"] == "_ODBC:SuperOffice"
    assert section["archivepath"] == r"C:\SO_ARC"
    assert section["archivepath2"] == r"D:\SO_ARC2"
    assert machine.locate(section["templatepath"]).is_dir()


def test_the_client_config_is_stripped_down_and_the_servers_is_not(machine):
    client = machine.locate(CLIENT + r"\SuperOffice.config")
    server = machine.locate(r"C:\SuperOffice\SuperOffice Web\web.config")
    assert "Database" not in settings(client, "Data/Database")
    assert "ArchivePath" not in settings(client, "Documents")
    assert settings(client, "Data/Explicit")["DBUser"] == "CRM7"
    assert settings(server, "Data/Database")["DatabaseMajor"] == "SQLite"
    assert machine.locate(settings(server, "Data/Database")["Database"]).is_file()
    assert settings(server, "Documents")["ArchivePath2"] == r"D:\SO_ARC2"


def test_customer_service_has_its_config_and_folders(machine, clean_rows):
    lines = machine.locate(r"C:\SuperOffice\Customer Service\config").read_text(encoding="utf-8").splitlines()
    pairs = dict(line.split(" = ", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert pairs["dbDatabase"] == "SuperOffice"
    assert "frozen" not in lines
    row = clean_rows.execute("SELECT * FROM config").fetchone()
    for column in ("text_path", "attachment_path", "template_path"):
        assert machine.locate(row[column]).is_dir()


def test_the_registry_is_exported_as_regedit_does(machine):
    content = (machine.root / "registry.reg").read_bytes()
    assert content.startswith(b"\xff\xfe")
    text = content.decode("utf-16")
    assert text.startswith("Windows Registry Editor Version 5.00\r\n\r\n[")
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.read_string(text.partition("\r\n")[2])
    source = parser[r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\ODBC\ODBC.INI\SuperOffice"]
    assert source['"database"'] == r'"C:\\SuperOffice\\Data\\crm.sqlite"'
    service = r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\SuperOffice Customer Service\crm.nordlys.example.com"
    assert parser[service]['"basePath"'] == r'"C:\\SuperOffice\\Customer Service"'


def test_the_answers_are_complete_but_for_the_online_side(clean):
    answers = tomllib.loads(clean.answers.read_text(encoding="utf-8"))
    assert answers["accept_agreement"] is True
    assert (clean.directory / answers["installation"]["root"]) == clean.machine
    assert (clean.directory / answers["login"]["password"]["file"]).is_file()
    assert answers["login"]["user"] == "HH"
    assert answers["plans"] == {"default": "match"}
    assert "online" not in answers
    appended = clean.answers.read_text(encoding="utf-8") + '\n[online]\nurl = "http://127.0.0.1:1"\n'
    assert tomllib.loads(appended)["online"] == {"url": "http://127.0.0.1:1"}


def test_templates_have_language_variants_and_files_without_a_row(machine, clean_rows):
    folder = machine.locate(r"C:\SO_ARC\TEMPLATE")
    for row in clean_rows.execute("SELECT filename FROM DocTmpl WHERE autoevent_id = 0"):
        assert (folder / row["filename"]).is_file()
    assert (folder / "NO" / "SoLetter.docx").is_file()
    assert (folder / "mail.htm").is_file()
    assert any((folder / "TRAVEL").iterdir())
