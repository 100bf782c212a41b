"""Settings of the plugin: section `database` of the settings file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from omt_core.api import PluginSettings
from omt_crm.vocabulary import NO_LOGIN_EVENT, TICKET_CREDENTIAL
from omt_database.guard import GuardSettings

MEBIBYTE = 2**20

VOLATILE_TABLES = (
    "activeuser",
    "cacheinvalidation",
    "cachetables",
    "conceptualdatabase",
    "conceptualfield",
    "conceptualtable",
    "dicindex",
    "freetextindex",
    "freetextstopwords",
    "freetextwords",
    "indexfield",
    "locking",
    "login",
    "login_customer",
    "physicaldatabase",
    "physicalfield",
    "physicalschema",
    "physicaltable",
    "relationship",
    "session_object",
    "travelgenerateddatabase",
    "travelgeneratedtransaction",
    "travelidmapping",
    "traveller",
    "traveltransactionlog",
    "udtemplarge",
    "udtempsmall",
)
"""Tables of the moment, of Travel, or rebuilt online (crm.md section 9, "safe skip list").

ND: whether the original tool leaves them. Written out, since a pattern could take a partner's table with it.
"""

SECRET_COLUMNS = (
    "*.password",
    "credentials.secret",
    "login.ns_secret",
    "mail_in_filter.pop_password",
    "user_candidate.secret_key",
    "user_candidate.secret_value",
    "webhook.application_token",
    "webhook.secret",
)
"""Columns that hold passwords, tokens or keys, as `table.column`; `*` stands for any table."""

LEFT_ROWS = {"credentials.credentialType": TICKET_CREDENTIAL, "systemevent.eventkey": NO_LOGIN_EVENT}
"""Rows that stay: sessions of six hours (crm.md sections 4 and 9), and the event that keeps users out on site
during the migration (section 7), which would keep them out online."""


class DatabaseSettings(PluginSettings):
    """How to reach the database and what to take from it."""

    sqlite_driver: Literal["auto", "odbc", "stdlib"] = Field(
        default="auto", description="What opens an SQLite file: `auto` takes ODBC where its driver is installed."
    )
    mssql_driver: Literal["auto", "mssql-python", "odbc"] = Field(
        default="auto",
        description="What opens an SQL Server: `auto` takes mssql-python where it is installed and knows every word of"
        " the connection, else the ODBC driver.",
    )
    odbc_driver: str | None = Field(
        default=None, description="Name or path of the ODBC driver; the newest suitable installed one by default."
    )
    encrypt: Literal["yes", "no", "strict"] = Field(
        default="yes", description="`Encrypt` towards SQL Server; `no` only for a server too old to encrypt."
    )
    trust_server_certificate: bool = Field(
        default=False, description="Accept any certificate of the SQL Server: encrypted, but not proof of who it is."
    )
    login_timeout: PositiveInt = Field(default=15, description="Seconds to wait for the database to answer a login.")
    notice_after: PositiveFloat = Field(
        default=30,
        description="Seconds that the database may take to answer before it is told what it waits for, such as"
        " somebody's lock. A connection at whose other end nobody is at work is given up after twice as long and the"
        " time of a login.",
    )
    keep_alive: PositiveFloat = Field(
        default=3, description="Seconds that a connection rests before it gives a sign of life."
    )
    away_minutes: PositiveFloat = Field(
        default=30,
        description="How long an upload waits for a database that went away (its server restarts, the line broke)"
        " before the run ends, resumable, in minutes. It is then read anew, in a new snapshot.",
    )
    left_tables: tuple[str, ...] = Field(
        default=VOLATILE_TABLES, description="Tables that stay on site, in any case; they are listed in the report."
    )
    secret_columns: tuple[str, ...] = Field(
        default=SECRET_COLUMNS, description="Columns that go as NULL, as `table.column` or `*.column`."
    )
    left_rows: dict[str, str] = Field(
        default=LEFT_ROWS, description="Rows that stay on site: `table.column` with the value that marks them."
    )
    part_bytes: PositiveInt = Field(
        default=32 * MEBIBYTE, description="About how much of a table, as it is in memory, makes one part."
    )
    batch_bytes: PositiveInt = Field(
        default=4 * MEBIBYTE, description="About how much is read from the database at once."
    )
    largest_value: PositiveInt = Field(
        default=64 * MEBIBYTE,
        description="Bytes of the largest single value that is moved; moving one takes some six times its size of"
        " memory. `omt check` names the columns that hold larger ones.",
    )
    spool_bytes: PositiveInt = Field(
        default=512 * MEBIBYTE,
        description="How much may lie in the workspace before reading waits for the upload.",
    )
    guard: GuardSettings = Field(
        default=GuardSettings(), description="When the export slows itself for the sake of the database's users."
    )
