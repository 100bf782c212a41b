"""What can go wrong with the database on site: the way to it, the right to read it, what it holds."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, InstallationError, SnapshotLostError

CONNECTION_VALUE_INVALID: Final = ErrorCode(
    code="connection-value-invalid",
    kind=InputError,
    meaning="A value for the connection to the database contains a NUL character.",
    remedy="Correct it in the answers file, section [installation].",
)
DATABASE_ACCOUNT_UNUSABLE: Final = ErrorCode(
    code="database-account-unusable",
    kind=InstallationError,
    meaning="The account of the database user cannot be used: its password has expired or must be changed, or it is"
    " locked.",
    remedy="Let the database's administrator unlock it or set a lasting password, and give that in the answers file.",
)
DATABASE_CHANGED: Final = ErrorCode(
    code="database-changed",
    kind=SnapshotLostError,
    meaning="A table was rebuilt, changed or dropped while it was read.",
    remedy="Keep maintenance jobs off the database while it is migrated, then run the same command again.",
)
DATABASE_CONNECTION_LOST: Final = ErrorCode(
    code="database-connection-lost",
    kind=SnapshotLostError,
    meaning="The connection to the database was lost while it was read, and its consistent view with it.",
    remedy="Let the database's administrator say what ended it (a restart, a failover, a limit for long sessions, a"
    " firewall on the way); then run the same command again. How often the tool begins anew by itself is the setting"
    " `core.snapshots`, how long it waits for the server `database.away_minutes`.",
)
DATABASE_DEADLOCK: Final = ErrorCode(
    code="database-deadlock",
    kind=SnapshotLostError,
    meaning="The database broke a deadlock by ending what was read.",
    remedy="Keep other jobs off the database while it is migrated, then run the same command again.",
)
DATABASE_DRIVER_CANNOT_VERIFY: Final = ErrorCode(
    code="database-driver-cannot-verify",
    kind=InputError,
    meaning="The ODBC driver FreeTDS encrypts, but does not verify the certificate of the SQL Server.",
    remedy="Install Microsoft's ODBC Driver 18 for SQL Server; or, where the network is trusted, set"
    ' `database.trust_server_certificate = true` and `database.encrypt = "yes"`.',
)
DATABASE_ENCRYPTION_FAILED: Final = ErrorCode(
    code="database-encryption-failed",
    kind=InstallationError,
    meaning="The connection to the database server could not be encrypted.",
    remedy="If the certificate of the server cannot be verified, install its authority on this machine, or set"
    " `database.trust_server_certificate`; if the server is too old to encrypt, set `database.encrypt` to `no`.",
)
DATABASE_FAILED: Final = ErrorCode(
    code="database-failed",
    kind=InstallationError,
    meaning="The database reported an error.",
    remedy="Look the message up with the database's administrator; then run the same command again.",
)
DATABASE_LIMIT: Final = ErrorCode(
    code="database-limit",
    kind=InstallationError,
    meaning="The database ended what was asked of it: by a limit that is set for this user or for all, or because its"
    " administrator did so.",
    remedy="Let the database's administrator lift the limit for this user (how long a statement may take, what it may"
    " cost, how long a session may last), then run the same command again.",
)
DATABASE_LOCKED: Final = ErrorCode(
    code="database-locked",
    kind=InstallationError,
    meaning="Somebody else holds a lock for longer than the database waits.",
    remedy="Let the database's administrator find and end the session that holds it, then run the same command again.",
)
DATABASE_LOGIN_REFUSED: Final = ErrorCode(
    code="database-login-refused",
    kind=InstallationError,
    meaning="The database refused the login.",
    remedy="Check user and password in the answers file, section [installation].",
)
DATABASE_NAME_UNREADABLE: Final = ErrorCode(
    code="database-name-unreadable",
    kind=InstallationError,
    meaning="A table or a column has a name that SQLite's ODBC driver cannot be asked for: it garbles characters beyond"
    " U+FFFF.",
    remedy="Set `database.sqlite_driver` to `stdlib`, which can.",
)
DATABASE_NOT_FOUND: Final = ErrorCode(
    code="database-not-found",
    kind=InstallationError,
    meaning="The server has no such database, or the login may not open it.",
    remedy="Check `database` in the answers file, section [installation]; let the database's administrator make the"
    " login a user of it (CREATE USER ... FOR LOGIN ...).",
)
DATABASE_NOT_OPEN: Final = ErrorCode(
    code="database-not-open",
    kind=InstallationError,
    meaning="The database is not open for reading: it is offline, being restored, in single-user mode, or a copy"
    " that may not be read.",
    remedy="Let the database's administrator bring it online, or name the server that holds the readable copy.",
)
DATABASE_OUT_OF_ROOM: Final = ErrorCode(
    code="database-out-of-room",
    kind=InstallationError,
    meaning="The database server has no room left (disk, tempdb, log or memory).",
    remedy="Let the database's administrator make room on the server, then run the same command again.",
)
DATABASE_PERMISSION_DENIED: Final = ErrorCode(
    code="database-permission-denied",
    kind=InstallationError,
    meaning="The database user lacks a right that is needed.",
    remedy="Let the database's administrator grant what the message names; reading needs SELECT on all tables of the"
    " CRM's owner.",
)
DATABASE_READ_ONLY: Final = ErrorCode(
    code="database-read-only",
    kind=InstallationError,
    meaning="The database takes no changes: it, or this user, is set to read only, or it is a standby copy. The freeze"
    " of a live migration writes into it.",
    remedy="Name the server that holds the database itself, or let the database's administrator open it for changes"
    " (SQL Server: ALTER DATABASE ... SET READ_WRITE; PostgreSQL: default_transaction_read_only); then run the same"
    " command again. A test migration writes nothing.",
)
DATABASE_SERVER_NOTATION: Final = ErrorCode(
    code="database-server-notation",
    kind=InputError,
    meaning="The address of the database server is not written as its driver reads it.",
    remedy="Give it as `host,port` in the answers file, section [installation].",
)
DATABASE_SILENT: Final = ErrorCode(
    code="database-silent",
    kind=InstallationError,
    meaning="The database server does not answer any more: the connection to it is dead.",
    remedy="Check the server and the network; a firewall on the way may forget connections. Then run the same"
    " command again.",
)
DATABASE_TABLE_REBUILT: Final = ErrorCode(
    code="database-table-rebuilt",
    kind=SnapshotLostError,
    meaning="A table was emptied, rebuilt or swapped for another while the database was read, so that what the"
    " snapshot shows of it is not what was there.",
    remedy="Keep the job that does so (nightly maintenance, an import) off the database while it is migrated, then"
    " run the same command again.",
)
DATABASE_TABLES_HIDDEN: Final = ErrorCode(
    code="database-tables-hidden",
    kind=InstallationError,
    meaning="The database has tables that the database user may not read, so that they would not go online.",
    remedy="Let the database's administrator grant the database user the right to read all tables of the CRM's"
    " owner, then run the same command again.",
)
DATABASE_UNREACHABLE: Final = ErrorCode(
    code="database-unreachable",
    kind=InstallationError,
    meaning="The database server does not answer.",
    remedy="Check server, port and network, and that this machine may reach it; then run the same command again.",
)
DATABASE_VALUE_TOO_LONG: Final = ErrorCode(
    code="database-value-too-long",
    kind=InstallationError,
    meaning="A value of the database is larger than `database.largest_value` allows.",
    remedy="Make it smaller on site, let the table stay (database.left_tables), or raise database.largest_value"
    " where this machine and the tenant have some six times that of memory.",
)
DATABASE_VALUE_UNREADABLE: Final = ErrorCode(
    code="database-value-unreadable",
    kind=InstallationError,
    meaning="The database holds a value that cannot be read.",
    remedy="Let the database's administrator correct the value that the message names.",
)
DATABASE_VIEW_LOST: Final = ErrorCode(
    code="database-view-lost",
    kind=SnapshotLostError,
    meaning="The database gave up the consistent view that was read.",
    remedy="Let the database's administrator keep old versions of rows for longer (tempdb, undo retention, timeouts"
    " of idle transactions), or make the line faster or `database.spool_bytes` larger; then run the same command"
    " again.",
)
DATABASE_VIEW_NOT_ALLOWED: Final = ErrorCode(
    code="database-view-not-allowed",
    kind=InstallationError,
    meaning="The database does not allow snapshots any more, in which all of it is read at one moment.",
    remedy="Let the database's administrator allow snapshot isolation for as long as the migration runs, then run"
    " the same command again.",
)
DATABASE_WINDOWS_LOGIN_FAILED: Final = ErrorCode(
    code="database-windows-login-failed",
    kind=InstallationError,
    meaning="The database server did not accept the Windows account.",
    remedy="Run the tool as a domain user that the SQL Server knows as a login, and name the server as its service"
    " is registered (SPN), usually by its full name; or give `user` and `password` of an SQL Server login.",
)
DBMS_UNKNOWN: Final = ErrorCode(
    code="dbms-unknown",
    kind=InputError,
    meaning="The type of the database is none that the tool reads.",
    remedy="Give the type of the database as `dbms` in the answers file: mssql, oracle, postgresql or sqlite.",
)
LEFT_ON_SITE_UNKNOWN: Final = ErrorCode(
    code="left-on-site-unknown",
    kind=InputError,
    meaning="Settings of what stays on site name nothing that this database has, so that it would go online.",
    remedy="Correct the names in the settings file: tables as `table`, columns and marked rows as `table.column`, a"
    " column of any table as `*.column`.",
)
LICENCE_MISSING: Final = ErrorCode(
    code="licence-missing",
    kind=InstallationError,
    meaning="The database has no row in table `company`, so that it is not known whose licence this is.",
    remedy="Check that this is the database of a SuperOffice CRM and that the table prefix is right.",
)
ODBC_DRIVER_MISSING: Final = ErrorCode(
    code="odbc-driver-missing",
    kind=InstallationError,
    meaning="The ODBC source or its driver was not found.",
    remedy="Install the DBMS's ODBC driver of the same bitness as Python, or correct `dsn` or the setting"
    " `database.odbc_driver`.",
)
ODBC_MISSING: Final = ErrorCode(
    code="odbc-missing",
    kind=InstallationError,
    meaning="ODBC, by which databases are read, is not installed on this machine or cannot be used.",
    remedy="Install ODBC and the DBMS's ODBC driver, or repair the installation of the tool.",
)

ERROR_CODES: Final = (
    CONNECTION_VALUE_INVALID,
    DATABASE_ACCOUNT_UNUSABLE,
    DATABASE_CHANGED,
    DATABASE_CONNECTION_LOST,
    DATABASE_DEADLOCK,
    DATABASE_DRIVER_CANNOT_VERIFY,
    DATABASE_ENCRYPTION_FAILED,
    DATABASE_FAILED,
    DATABASE_LIMIT,
    DATABASE_LOCKED,
    DATABASE_LOGIN_REFUSED,
    DATABASE_NAME_UNREADABLE,
    DATABASE_NOT_FOUND,
    DATABASE_NOT_OPEN,
    DATABASE_OUT_OF_ROOM,
    DATABASE_PERMISSION_DENIED,
    DATABASE_READ_ONLY,
    DATABASE_SERVER_NOTATION,
    DATABASE_SILENT,
    DATABASE_TABLE_REBUILT,
    DATABASE_TABLES_HIDDEN,
    DATABASE_UNREACHABLE,
    DATABASE_VALUE_TOO_LONG,
    DATABASE_VALUE_UNREADABLE,
    DATABASE_VIEW_LOST,
    DATABASE_VIEW_NOT_ALLOWED,
    DATABASE_WINDOWS_LOGIN_FAILED,
    DBMS_UNKNOWN,
    LEFT_ON_SITE_UNKNOWN,
    LICENCE_MISSING,
    ODBC_DRIVER_MISSING,
    ODBC_MISSING,
)
