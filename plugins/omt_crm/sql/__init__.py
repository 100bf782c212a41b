"""Neutral SQL, written once and rendered for each DBMS against the tables that a database really has.

How to write a statement (each plugin keeps its own as upper-case string constants in its module `statements.py`, where
the golden tests find them):

- Standard SQL: SELECT, INSERT, UPDATE or DELETE over the CRM's logical names, without owner. `?` is a parameter. Names
  in any case; they are spelt and quoted as the catalogue has them.
- With more than one table in a FROM, qualify every column with its table's alias.
- A name that is a word of SQL stands in double quotes: `"rank"`, `"name"`, `"type"`, `"user"`, `"text"`, `"comment"`.
- A column that the database does not have reads as NULL (as a sort key it is dropped); it cannot be written to. A table
  that it does not have raises `InstallationError` `database-table-missing`.
- What all four understand, SQL Server 2008 and Oracle 11g among them: no LIMIT, no TRIM, no booleans, no `||`, no bit
  operators, no date arithmetic; do such things in Python. LEFT JOIN, EXISTS, IN, CASE, COALESCE, LOWER, COUNT, MIN,
  MAX, GROUP BY, UNION ALL and sub-queries are safe. Oracle holds an empty string as NULL.
- Result columns come by position; their names mean nothing.
"""

from __future__ import annotations

from omt_crm.sql.dialects import DBMS, quoted
from omt_crm.sql.owner import confirm_owner, validate_owner
from omt_crm.sql.rendering import Catalogue, render

__all__ = ["DBMS", "Catalogue", "confirm_owner", "quoted", "render", "validate_owner"]
