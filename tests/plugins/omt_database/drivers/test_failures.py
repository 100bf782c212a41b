from __future__ import annotations

import pytest

from omt_core.api.errors import SnapshotLostError
from omt_database.drivers.failures import breaks, comes_back, explain, lost_in_view


@pytest.mark.parametrize(
    ("state", "message", "code"),
    [
        ("08001", "could not connect to server", "database-unreachable"),
        ("08S01", "Communication link failure", "database-unreachable"),
        ("HYT00", "Login timeout expired", "database-unreachable"),
        ("28000", "Login failed for user 'sa'", "database-login-refused"),
        ("28P01", "whatever", "database-login-refused"),
        ("08001", 'FATAL: password authentication failed for user "crm7"', "database-login-refused"),
        ("IM002", "Data source name not found", "odbc-driver-missing"),
        ("01000", "Can't open lib 'nope' : file not found", "odbc-driver-missing"),
        ("42501", "permission denied for table person", "database-permission-denied"),
        ("57014", "canceling statement due to statement timeout", "database-limit"),
        ("25006", "cannot execute UPDATE in a read-only transaction", "database-read-only"),
        ("25P02", "current transaction is aborted", "database-view-lost"),
        ("42S02", "Invalid object name 'crm7.x'", "database-failed"),
        ("", "", "database-failed"),
    ],
)
def test_an_error_says_what_the_person_can_do(state, message, code):
    error = explain(state, message)
    assert error.code == code
    assert message in error.message
    assert error.remedy


CUT = "database-unreachable"
MSSQL = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]"


@pytest.mark.parametrize(
    ("state", "message", "code"),
    [
        (
            "28000",
            f"{MSSQL}Login failed. (18456) (SQLDriverConnect); [28000] {MSSQL}Cannot open database 'crm'. (4060)",
            "database-not-found",
        ),
        ("08004", f"{MSSQL}Database 'crm' does not exist. (911) (SQLDriverConnect)", "database-not-found"),
        ("28000", f"{MSSQL}Login failed for user 'sa'. (18456) (SQLDriverConnect)", "database-login-refused"),
        (
            "28000",
            f"{MSSQL}Login failed. The login is from an untrusted domain. (18452)",
            "database-windows-login-failed",
        ),
        ("28000", f"{MSSQL}The password of the account must be changed. (18488)", "database-account-unusable"),
        (
            "HY000",
            "[Microsoft]SSPI Provider: Cannot generate SSPI context (-2146893042)",
            "database-windows-login-failed",
        ),
        ("42000", f"{MSSQL}The SELECT permission was denied on the object 'x'. (229)", "database-permission-denied"),
        (
            "42000",
            f"{MSSQL}User does not have permission to perform this action. (15247)",
            "database-permission-denied",
        ),
        ("42S02", f"{MSSQL}Invalid object name 'crm7.x'. (208) (SQLExecDirectW)", "database-changed"),
        (
            "42000",
            f"{MSSQL}Snapshot isolation transaction failed in database 'crm' because ... (3961)",
            "database-changed",
        ),
        ("40001", f"{MSSQL}Transaction (Process ID 52) was deadlocked on lock resources (1205)", "database-deadlock"),
        ("42000", f"{MSSQL}Lock request time out period exceeded. (1222)", "database-locked"),
        ("42000", f"{MSSQL}The query has been canceled because of its estimated cost. (8649)", "database-limit"),
        ("42000", f"{MSSQL}Failed to update database 'crm' because it is read-only. (3906)", "database-read-only"),
        ("42000", f"{MSSQL}Transaction is rolled back when accessing version store. (3966)", "database-view-lost"),
        ("42000", f"{MSSQL}Could not allocate space in database 'tempdb'. (1105)", "database-out-of-room"),
        ("42000", f"{MSSQL}Database 'crm' cannot be opened because it is offline. (942)", "database-not-open"),
        ("42000", f"{MSSQL}Database 'crm' is being recovered. (922)", "database-not-open"),
        ("HY000", f"{MSSQL}Cannot continue the execution, the session is in the kill state. (596)", CUT),
        ("08S01", f"{MSSQL}SHUTDOWN is in progress. (6005) (SQLFetch)", CUT),
        ("08S01", "[Microsoft]TCP Provider: An existing connection was forcibly closed (10054) (SQLFetch)", CUT),
        ("42000", f"{MSSQL}Something else about object (208). (50000)", "database-failed"),
    ],
)
def test_sql_servers_own_number_says_more_than_the_state(state, message, code):
    error = explain(state, message, dbms="mssql")
    assert error.code == code
    assert isinstance(error, SnapshotLostError) == (
        code in {"database-changed", "database-deadlock", "database-view-lost"}
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("[Oracle][ODBC][Ora]ORA-01555: snapshot too old: rollback segment", "database-view-lost"),
        ("[Oracle][ODBC][Ora]ORA-08103: object no longer exists", "database-changed"),
        ("[Oracle][ODBC][Ora]ORA-28001: the password has expired", "database-account-unusable"),
        ("[Oracle][ODBC]ORA-01017: invalid username/password", "database-login-refused"),
        ("[Oracle][ODBC]ORA-12541: TNS:no listener", CUT),
        ("[Oracle][ODBC][Ora]ORA-00028: your session has been killed", CUT),
        ("[Oracle][ODBC][Ora]ORA-01089: immediate shutdown in progress", CUT),
        ("[Oracle][ODBC][Ora]ORA-01092: ORACLE instance terminated. Disconnection forced", CUT),
        ("[Oracle][ODBC][Ora]ORA-03113: end-of-file on communication channel", CUT),
        ("[Oracle][ODBC][Ora]ORA-12537: TNS:connection closed", CUT),
        ("[Oracle][ODBC][Ora]ORA-12547: TNS:lost contact", CUT),
        ("[Oracle][ODBC][Ora]ORA-25402: transaction must roll back", CUT),
        ("[Oracle][ODBC]ORA-01033: ORACLE initialization or shutdown in progress", "database-not-open"),
    ],
)
def test_so_does_oracles(message, code):
    assert explain("HY000", message, dbms="oracle").code == code


@pytest.mark.parametrize(
    ("state", "code"),
    [("25P03", "database-view-lost"), ("40P01", "database-deadlock"), ("42P01", "database-changed")],
)
def test_a_view_that_postgresql_gave_up_is_read_anew(state, code):
    error = explain(state, "FATAL: whatever", dbms="postgresql")
    assert (error.code, isinstance(error, SnapshotLostError)) == (code, True)


@pytest.mark.parametrize(
    ("state", "message", "dbms"),
    [
        ("57P01", "FATAL: terminating connection due to administrator command", "postgresql"),
        ("57P02", "FATAL: terminating connection because of crash of another server process", "postgresql"),
        ("57P03", "FATAL: the database system is starting up", "postgresql"),
        ("08S01", "Communication link failure", "mssql"),
        ("08006", "server closed the connection unexpectedly", "postgresql"),
        ("HYT00", "Login timeout expired", "mssql"),
        ("42000", f"{MSSQL}Unable to access availability database (976)", "mssql"),
        ("HY000", "[Oracle][ODBC][Ora]ORA-03135: connection lost contact", "oracle"),
    ],
)
def test_a_database_that_went_away_took_the_view_with_it_and_may_come_back(state, message, dbms):
    error = explain(state, message, dbms=dbms)
    lost = lost_in_view(error)
    assert (breaks(error), comes_back(error)) == (True, True)
    assert (lost.code, isinstance(lost, SnapshotLostError)) == ("database-connection-lost", True)
    assert message in lost.message


@pytest.mark.parametrize(
    ("state", "message", "dbms"),
    [
        ("42501", "permission denied for table person", "postgresql"),
        ("28000", f"{MSSQL}Login failed for user 'sa'. (18456)", "mssql"),
        ("HY000", "[Oracle][ODBC]ORA-28000: the account is locked", "oracle"),
        ("53100", "could not extend file: no space left on device", "postgresql"),
    ],
)
def test_another_trouble_is_not_taken_for_one_that_passes(state, message, dbms):
    error = explain(state, message, dbms=dbms)
    assert (breaks(error), comes_back(error), lost_in_view(error)) == (False, False, error)
