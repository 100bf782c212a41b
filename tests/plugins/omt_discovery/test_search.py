from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from omt_core.api.installation import ManualAnswers, ServiceFolders
from omt_discovery import DiscoverySettings
from omt_discovery.search import search

CLIENT = r"C:\Program Files (x86)\SuperOffice\SuperOffice Windows"
SERVER = r"C:\Program Files\SuperOffice\SuperOffice Server"
WEB = r"C:\SuperOffice\SuperOffice Web\web.config"
SERVICE = r"C:\SuperOffice\Customer Service"
SQL_SERVER = r"C:\Windows\SysWOW64\sqlsrv32.dll"
LOGIN = {"DBUser": "crm7", "DBPassword": "planted-password"}
ENCRYPTED = base64.b64encode(bytes(range(32))).decode()


def codes(discovery) -> list[str]:
    return sorted(finding.code for finding in discovery.findings)


def evidence(discovery, setting: str) -> list[tuple[str, str]]:
    return [(entry.value, entry.source) for entry in discovery.installation.evidence if entry.setting == setting]


def test_a_windows_client_with_its_odbc_source_is_a_whole_installation(machine, discover, config_xml) -> None:
    machine.client_ini(
        r"Datapath=_ODBC:CRM", r"archivepath=\\files\crm\SO_ARC", r"archivepath2=D:\Old", "GlobalPrefix=crm5"
    )
    machine.source("CRM", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    machine.write(CLIENT + r"\SuperOffice.config", config_xml({"DatabaseMajor": "MSSQL"}, LOGIN))
    found = discover()
    database = found.installation.database
    assert (database.dbms, database.server, database.database, database.dsn) == ("mssql", "sql1", "CRMDB", None)
    assert (database.prefix, database.user) == ("crm5", "crm7")
    assert database.password is not None
    assert database.password.get_secret_value() == "planted-password"
    assert found.installation.archives == (
        machine.root / "UNC" / "files" / "crm" / "SO_ARC",
        machine.root / "D" / "Old",
    )
    assert (found.needs, found.precedence, codes(found)) == ((), 10, [])
    assert "planted" not in repr(found)


@pytest.mark.parametrize("datapath", ["_ODBC:CRM", "ODBC:CRM", " odbc: CRM "])
def test_both_spellings_of_datapath_name_the_source(machine, discover, datapath: str) -> None:
    machine.client_ini(f"Datapath={datapath}")
    machine.source("CRM", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    assert discover().installation.database.server == "sql1"


def test_a_datapath_without_a_name_means_the_default_source(machine, discover) -> None:
    machine.client_ini("Datapath=ODBC:")
    machine.source("SuperOffice", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    assert discover().installation.database.server == "sql1"


def test_archives_are_counted_until_a_number_is_missing(machine, discover) -> None:
    machine.client_ini(r"archivepath=C:\1", r"archivepath2=C:\2", r"archivepath3=C:\3", r"archivepath5=C:\5")
    assert [path.name for path in discover().installation.archives] == ["1", "2", "3"]


def test_the_document_plugins_own_section_comes_first_and_a_users_ini_fills_in(machine, discover) -> None:
    machine.write(
        CLIENT + r"\SuperOffice.ini",
        "[SuperOffice]\r\narchivepath=C:\\product\r\n[DocPlugin_SoArc]\r\nArchivepath=C:\\plugin\r\n",
    )
    machine.write(r"C:\Users\hh\AppData\Roaming\SuperOffice\SOUSER.INI", "[SuperOffice]\r\narchivepath2=C:\\user\r\n")
    found = discover()
    assert [path.name for path in found.installation.archives] == ["plugin", "user"]
    assert "SOUSER.INI [SuperOffice] archivepath2" in evidence(found, "archives[1]")[0][1]


def test_server_and_database_of_the_odbc_source_override_the_config(machine, discover, config_xml) -> None:
    machine.client_ini("Datapath=_ODBC:CRM")
    machine.source("CRM", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    config = config_xml({"DatabaseMajor": "MSSQL", "Server": "old", "Database": "OLD"}, LOGIN)
    machine.write(CLIENT + r"\SuperOffice.config", config)
    found = discover()
    assert (found.installation.database.server, found.installation.database.user) == ("sql1", "crm7")
    assert evidence(found, "database.server")[1][1].endswith("comes first)")


def test_an_odbc_source_that_is_not_registered_is_told_and_needed(machine, discover) -> None:
    machine.client_ini("Datapath=_ODBC:CRM", r"archivepath=C:\SO_ARC")
    found = discover()
    assert codes(found) == ["odbc-source-missing"]
    assert found.needs == (
        "installation.dbms",
        "installation.server",
        "installation.database",
        "installation.user",
        "installation.password",
    )


def test_oracle_is_reached_by_server_name_without_a_database(machine, discover, config_xml) -> None:
    machine.client_ini("Datapath=_ODBC:CRM", r"archivepath=C:\SO_ARC")
    machine.source("CRM", Driver=r"C:\oracle\SQORA32.DLL", ServerName="CRM.WORLD")
    config = config_xml({"DatabaseMajor": "Oracle", "Database": "ignored"}, LOGIN)
    machine.write(CLIENT + r"\SuperOffice.config", config)
    found = discover()
    assert (found.installation.database.dbms, found.installation.database.server) == ("oracle", "CRM.WORLD")
    assert (found.installation.database.database, found.needs) == (None, ())


@pytest.mark.parametrize("major", ["Sybase", "DB2", "Btrieve"])
def test_a_database_type_that_ended_is_an_error(machine, discover, config_xml, major: str) -> None:
    machine.write(WEB, config_xml({"DatabaseMajor": major, "Server": "s", "Database": "d"}, LOGIN))
    found = discover()
    assert "database-type-unsupported" in codes(found)
    assert "installation.dbms" in found.needs


def test_an_encrypted_password_is_told_and_needed(machine, discover, config_xml) -> None:
    database = {"DatabaseMajor": "MSSQL", "Server": "s", "Database": "d"}
    machine.write(WEB, config_xml(database, {"DBUser": ENCRYPTED, "DBPassword": ENCRYPTED}, {"ArchivePath": r"C:\A"}))
    found = discover()
    assert found.needs == ("installation.user", "installation.password")
    assert codes(found) == ["configuration-encrypted"] * 2
    assert ENCRYPTED not in repr(found)


def test_a_protected_section_is_told(machine, discover) -> None:
    machine.write(WEB, '<configuration><SuperOffice><Data configProtectionProvider="x"/></SuperOffice></configuration>')
    assert set(codes(discover())) == {"configuration-encrypted"}


def test_what_customer_service_has_in_plain_text_helps_where_the_client_is_encrypted(
    machine, discover, config_xml
) -> None:
    machine.client_ini("Datapath=_ODBC:CRM", r"archivepath=C:\SO_ARC")
    machine.source("CRM", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    machine.write(CLIENT + r"\SuperOffice.config", config_xml({"DatabaseMajor": "MSSQL"}, {"DBPassword": ENCRYPTED}))
    machine.registry(
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Wow6432Node\SuperOffice Customer Service\crm.example.com]"
        "\r\n" + rf'"basePath"="{SERVICE}"'.replace("\\", "\\\\")
    )
    machine.write(
        SERVICE + r"\config",
        "dbDatabase = CRM\ndbUsername = crm7\ndbPassword = planted\ndbType = mssql\nnsEndPoint = https://crm.example.com/ns/Remote/Services86/\n",
    )
    found = discover()
    assert (found.needs, found.installation.database.user) == ((), "crm7")
    assert found.installation.service.base == machine.root / "C" / "SuperOffice" / "Customer Service"
    assert found.installation.web_services == ("https://crm.example.com/ns",)
    assert [finding.severity for finding in found.findings] == ["info"]


def test_clients_come_before_servers_before_web_sites(machine, discover, config_xml) -> None:
    database = {"DatabaseMajor": "MSSQL", "Server": "s", "Database": "d"}
    machine.client_ini(r"archivepath=C:\client")
    machine.write(SERVER + r"\SuperOffice.ini", "[SuperOffice]\narchivepath=C:\\server\nGlobalPrefix=crm8\n")
    machine.write(
        WEB, config_xml({**database, "TablePrefix": "crm7"}, LOGIN, {"ArchivePath": r"C:\web", "TemplatePath": r"C:\t"})
    )
    found = discover()
    assert [path.name for path in found.installation.archives] == ["client"]
    assert (found.installation.database.prefix, found.installation.database.server) == ("crm8", "s")
    assert found.installation.templates == machine.root / "C" / "t"
    assert codes(found) == ["configuration-conflict"] * 3


def test_any_number_of_archives_is_read_from_a_config(machine, discover, config_xml) -> None:
    documents = {"ArchivePath10": r"C:\10", "ArchivePath": r"C:\0", "ArchivePath2": r"C:\2", "ArchivePathX": r"C:\x"}
    machine.write(WEB, config_xml(documents=documents))
    assert [path.name for path in discover().installation.archives] == ["0", "2", "10"]


def test_the_base_address_of_remote_services_is_found(machine, discover, config_xml) -> None:
    machine.write(WEB, config_xml(services={"RemoteBaseURL": "https://crm.example.com/ns"}))
    found = discover(web_services=["https://first.example.com"])
    assert found.installation.web_services == ("https://first.example.com", "https://crm.example.com/ns")


def test_the_mail_link_names_an_ini_anywhere(machine, discover) -> None:
    machine.registry(
        '[HKEY_CURRENT_USER\\Software\\SuperOffice\\MailLink]\r\n"UseIniPathForWindowsClient"="E:\\\\crm\\\\SuperOffice.ini"\r\n'
    )
    machine.write(r"E:\crm\SuperOffice.ini", "[SuperOffice]\narchivepath=C:\\mail\n")
    assert [path.name for path in discover().installation.archives] == ["mail"]


@pytest.mark.parametrize(
    "key",
    [
        '\\App Paths\\SOCRM.EXE]\r\n"Path"="E:\\\\crm;"\r\n',
        '\\App Paths\\SOCRM.EXE]\r\n@="\\"E:\\\\crm\\\\SOCRM.exe\\""\r\n',
        '\\Uninstall\\{1}]\r\n"DisplayName"="SuperOffice Windows"\r\n"InstallLocation"="E:\\\\crm\\\\"\r\n',
    ],
)
def test_what_windows_keeps_of_installed_programs_names_the_clients_folder(machine, discover, key: str) -> None:
    machine.registry("[HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion" + key)
    machine.write(r"E:\crm\SuperOffice.ini", "[SuperOffice]\narchivepath=C:\\found\n")
    assert [path.name for path in discover().installation.archives] == ["found"]


def test_hints_in_the_settings_come_first(machine, discover, config_xml) -> None:
    machine.client_ini(r"archivepath=C:\default")
    machine.write(r"E:\hint\SuperOffice.ini", "[SuperOffice]\narchivepath=C:\\hint\n")
    machine.write(r"E:\hint\all.config", config_xml({"Server": "told"}))
    found = discover(ini_files=[r"E:\hint\SuperOffice.ini"], config_files=[r"E:\hint\all.config"])
    assert [path.name for path in found.installation.archives] == ["hint"]
    assert found.installation.database.server == "told"


def test_templates_lie_below_the_archive_unless_told(machine, discover) -> None:
    machine.client_ini(r"archivepath=C:\SO_ARC")
    there = machine.folder(r"C:\SO_ARC\Template")
    found = discover()
    assert found.installation.templates == there
    assert evidence(found, "templates")[0] == (r"C:\SO_ARC\Template", "default: TEMPLATE below the archive")


def test_variables_in_paths_are_replaced(machine, discover) -> None:
    machine.client_ini(r"archivepath=%ProgramData%\SO_ARC")
    assert discover().installation.archives == (machine.root / "C" / "ProgramData" / "SO_ARC",)


@pytest.mark.parametrize("path", ["SO_ARC", r"%unknown%\SO_ARC", "..\\x"])
def test_a_folder_that_cannot_be_placed_is_told_and_needed(machine, discover, path: str) -> None:
    machine.client_ini(f"archivepath={path}")
    found = discover()
    assert ("installation.archives" in found.needs, codes(found)) == (True, ["path-unusable"])


def test_answers_win_over_everything_and_need_nothing_found(machine, discover, tmp_path: Path) -> None:
    machine.client_ini(r"archivepath=C:\SO_ARC", "GlobalPrefix=crm8")
    answers = ManualAnswers(
        dbms="MSSQL", server="s", database="d", prefix="crm7", user="u", password=SecretStr("planted"),
        archives=(tmp_path / "a",), service=ServiceFolders(texts=tmp_path / "t"),
    )  # fmt: skip
    found = discover(answers)
    database = found.installation.database
    assert (database.dbms, database.server, database.prefix, database.user) == ("mssql", "s", "crm7", "u")
    assert found.installation.archives == (given_path(machine, tmp_path / "a"),)
    assert found.installation.service.texts == given_path(machine, tmp_path / "t")
    assert (found.needs, found.findings, found.precedence) == ((), (), 0)
    assert (
        r"C:\SO_ARC",
        rf"{CLIENT}\SuperOffice.ini [SuperOffice] archivepath (not used: answers comes first)",
    ) in evidence(found, "archives")


def given_path(machine, path: Path) -> Path:
    """A path of the answers: one of this machine, or on Windows one of the machine that the folder stands for."""
    return machine.root.joinpath(path.drive[0], *path.parts[1:]) if path.drive else path


def test_windows_paths_in_answers_are_those_of_the_machine_that_the_folder_stands_for(machine, discover) -> None:
    found = discover(ManualAnswers(archives=(Path(r"C:\SO_ARC"),)))
    assert found.installation.archives == (machine.root / "C" / "SO_ARC",)


def test_a_password_given_alone_is_that_of_the_user_who_is_found(machine, discover, config_xml) -> None:
    machine.write(
        WEB,
        config_xml(
            {"DatabaseMajor": "MSSQL", "Server": "s", "Database": "d"}, {"DBUser": "crm7"}, {"ArchivePath": r"C:\A"}
        ),
    )
    assert discover().needs == ("installation.password",)
    found = discover(ManualAnswers(password=SecretStr("planted")))
    assert (found.needs, found.installation.database.password) == ((), SecretStr("planted"))


def test_a_connection_string_in_the_answers_needs_neither_server_nor_user(discover, tmp_path: Path) -> None:
    found = discover(ManualAnswers(dbms="postgresql", dsn="DRIVER={x};UID=u;PWD=p", archives=(tmp_path,)))
    assert (found.needs, found.installation.database.dsn) == ((), "DRIVER={x};UID=u;PWD=p")


def test_an_empty_machine_says_so_and_needs_everything(machine, discover) -> None:
    found = discover()
    assert (codes(found), found.precedence) == (["installation-not-found"], 40)
    assert "installation.database" in found.needs


@pytest.mark.posix("there this machine is searched")
def test_elsewhere_than_on_windows_this_machine_has_no_installation() -> None:
    found = search(ManualAnswers(), DiscoverySettings())
    assert (codes(found), found.installation.root) == (["installation-not-found"], None)


def test_a_folder_that_is_not_there_is_a_finding(machine, discover) -> None:
    """W8: the tool needs access to the whole installation, and says what it cannot reach."""
    machine.root.rmdir()
    assert codes(discover()) == ["configuration-unreadable", "installation-not-found"]


def test_files_that_cannot_be_read_are_findings_and_the_rest_counts(machine, discover) -> None:
    machine.client_ini(r"archivepath=C:\SO_ARC")
    machine.write(CLIENT + r"\SuperOffice.config", "<configuration><SuperOffice>")
    machine.write(WEB, b'<!DOCTYPE x [<!ENTITY a "b">]><configuration><SuperOffice>&a;</SuperOffice></configuration>')
    machine.write(r"C:\inetpub\wwwroot\other\web.config", "<configuration")
    machine.write(SERVICE + r"\config", b"x" * 100_000)
    found = discover(file_bytes=50_000)
    assert codes(found) == ["configuration-unreadable"] * 3
    assert [path.name for path in found.installation.archives] == ["SO_ARC"]


def test_a_registry_export_above_the_limit_is_a_finding(machine, discover) -> None:
    machine.source(Server="s")
    assert "configuration-unreadable" in codes(discover(registry_export_bytes=10))


def test_nothing_on_the_machine_is_written(machine, discover, config_xml) -> None:
    machine.client_ini("Datapath=_ODBC:CRM", r"archivepath=C:\SO_ARC")
    machine.write(WEB, config_xml(LOGIN, LOGIN))

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in machine.root.rglob("*")}

    before = state()
    discover()
    assert state() == before


@pytest.mark.parametrize("where", ["registry", "settings"])
def test_files_without_a_mark_are_read_in_the_machines_code_page(machine, discover, where: str) -> None:
    archive = machine.folder(r"C:\SO_ARC_Łódź")
    machine.write(CLIENT + r"\SuperOffice.ini", "[SuperOffice]\r\narchivepath=C:\\SO_ARC_Łódź".encode("cp1250"))
    if where == "registry":
        machine.registry('[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage]\r\n"ACP"="1250"\r\n')
    found = discover(ansi_code_page="1250" if where == "settings" else None)
    assert found.installation.archives == (archive,)


def test_a_code_page_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="give its number"):
        DiscoverySettings(ansi_code_page="klingon")


def test_a_mapped_drive_that_is_not_there_gives_way_to_its_share(machine, discover) -> None:
    machine.client_ini(r"archivepath=Z:\SO_ARC")
    machine.registry('[HKEY_CURRENT_USER\\Network\\Z]\r\n"RemotePath"="\\\\\\\\srv\\\\arc"\r\n')
    archive = machine.folder(r"\\srv\arc\SO_ARC")
    found = discover()
    (finding,) = (one for one in found.findings if one.code == "drive-mapped")
    assert (found.installation.archives, finding.severity) == ((archive,), "info")
    assert r"mapped to \\srv\arc\SO_ARC. The share is used." in finding.message


def test_the_share_of_a_mapped_drive_is_named_where_it_is_not_there_either(machine, discover) -> None:
    machine.client_ini(r"archivepath=Z:\SO_ARC")
    machine.registry('[HKEY_CURRENT_USER\\Network\\Z]\r\n"RemotePath"="\\\\\\\\srv\\\\arc"\r\n')
    found = discover()
    (finding,) = (one for one in found.findings if one.code == "drive-mapped")
    assert (found.installation.archives, finding.severity) == ((machine.root / "Z" / "SO_ARC",), "warning")
    assert r"Give it as archives in [installation]: '\\srv\arc\SO_ARC'." in finding.message


def test_sql_server_without_a_login_is_logged_on_to_by_windows(machine, discover) -> None:
    machine.client_ini(r"Datapath=_ODBC:CRM", r"archivepath=C:\SO_ARC")
    machine.source("CRM", Driver=SQL_SERVER, Server="sql1", Database="CRMDB")
    found = discover()
    assert (found.needs, found.installation.database.user) == ((), None)
    assert evidence(found, "database.user") == [("(the Windows account that runs the tool)", "default")]


def test_a_windows_login_wins_over_user_and_password_that_are_found(tmp_path: Path) -> None:
    answers = ManualAnswers(
        dbms="mssql", server="s", database="d", user="sa", password=SecretStr("planted"), archives=(tmp_path,),
        windows_login=True,
    )  # fmt: skip
    found = search(answers, DiscoverySettings())
    assert found.needs == ()
    assert (found.installation.database.user, found.installation.database.password) == (None, None)
