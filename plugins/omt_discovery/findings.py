"""The codes of what discovery has to say."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "discovery"

INSTALLATION_NOT_FOUND = FindingCode(
    code="installation-not-found",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="No configuration of SuperOffice CRM was found where the product and its installers put it.",
    remedy="Fill in section [installation] of the answers, or name the files in the settings: [discovery] ini_files.",
)
CONFIGURATION_UNREADABLE = FindingCode(
    code="configuration-unreadable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A configuration file, or an exported registry, is there but was not read: no access, too large, not what "
    "its name says, or with parts that are not safe to read. What it would have said is missing.",
    remedy="Put the file right, or give what it holds in section [installation] of the answers.",
)
CONFIGURATION_ENCRYPTED = FindingCode(
    code="configuration-encrypted",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The configuration has a value or a section that is encrypted and could not be decrypted. Clients get the "
    "user and password of the database that way.",
    remedy="Give user and password of the database in section [installation] of the answers.",
)
CONFIGURATION_CONFLICT = FindingCode(
    code="configuration-conflict",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="Two configurations of the same installation say different things. The one that comes first counts: "
    "answers, Windows client, server, web, Customer Service.",
    remedy="Compare the values shown by `omt discover`; if the other one is right, give it in the answers.",
)
ANOTHER_DATABASE_FOUND = FindingCode(
    code="another-database-found",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A configuration on the same machine belongs to another database, so nothing was taken from it.",
    remedy="If that is the installation to migrate, give its server and database in section [installation].",
)
ODBC_SOURCE_MISSING = FindingCode(
    code="odbc-source-missing",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="SuperOffice.ini names an ODBC source that is not registered on this machine, so that server and database "
    "behind it are not known from there.",
    remedy="Export the key HKLM\\SOFTWARE\\WOW6432Node\\ODBC\\ODBC.INI beside the other files, or give server and "
    "database in section [installation].",
)
DATABASE_TYPE_UNSUPPORTED = FindingCode(
    code="database-type-unsupported",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The database is of a type that cannot be migrated (Sybase and DB2 ended with version 7), or unknown.",
    remedy="Move the installation to SQL Server or Oracle first, with the vendor's help.",
)
PATH_UNUSABLE = FindingCode(
    code="path-unusable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A folder in the configuration is not absolute, has an unknown variable, or leads out of the folder that "
    "stands for the machine.",
    remedy="Give the folder in section [installation] of the answers.",
)
FOLDER_UNREACHABLE = FindingCode(
    code="folder-unreachable",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A folder of the installation is not there or cannot be listed by this user, so that every file in it "
    "would count as missing.",
    remedy="Make the folder reachable, for example connect the share, or correct it in section [installation]. Where"
    " letters in its name look wrong, the configuration is in another code page: setting [discovery] ansi_code_page.",
)

DRIVE_MAPPED = FindingCode(
    code="drive-mapped",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A folder of the configuration is on a drive that the user who is logged on has mapped to a share. Other"
    " accounts, such as one that runs the tool at night or as administrator, do not have that drive. Where the drive is"
    " not there and the share is, the share is used.",
    remedy="Give the path on the share in section [installation] of the answers; the message names it.",
)

CODES = (
    ANOTHER_DATABASE_FOUND,
    CONFIGURATION_CONFLICT,
    CONFIGURATION_ENCRYPTED,
    CONFIGURATION_UNREADABLE,
    DATABASE_TYPE_UNSUPPORTED,
    DRIVE_MAPPED,
    FOLDER_UNREACHABLE,
    INSTALLATION_NOT_FOUND,
    ODBC_SOURCE_MISSING,
    PATH_UNUSABLE,
)
