"""Make `schema.json`, the simulator's compact copy of the CRM's table definitions, from the full one.

Run by hand when the full definition changes: `python -m omt_simulator.database.compact_schema FULL.json`.
The full definition is described in crm.md section 0; only facts that building a database
needs are kept. One table per line, so that a change of the model is readable in a diff.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

COLUMN_KEYS = ("name", "type", "length", "nullable", "references")


def compact_table(table: dict[str, Any]) -> dict[str, Any]:
    """One table: `columns` as lists in the order of COLUMN_KEYS, `unique` and `lookup` index columns."""
    names = {column["name"] for column in table["columns"]}
    primary = next(column["name"] for column in table["columns"] if column["type"] == "PK")
    indexes = [index for index in table["indexes"] if set(index["columns"]) <= names]
    compact: dict[str, Any] = {
        "number": table["number"],
        "primaryKey": primary,
        "columns": [[column[key] for key in COLUMN_KEYS] for column in table["columns"]],
        # A unique index that contains the primary key says nothing new.
        "unique": [i["columns"] for i in indexes if i["unique"] and primary not in i["columns"]],
        "lookup": [
            i["columns"] for i in indexes if not i["unique"] and not i.get("fulltext") and len(i["columns"]) == 1
        ],
    }
    if table.get("addedIn"):
        compact["addedIn"] = table["addedIn"]
    return compact


def compact(full: dict[str, Any]) -> str:
    """Return the compact definition as JSON text."""
    lines = [
        f"{json.dumps(name)}:{json.dumps(compact_table(table), separators=(',', ':'))}"
        for name, table in full["tables"].items()
    ]
    joined = ",\n".join(lines)
    return f'{{"source":{json.dumps(full["source"])},"tables":{{\n{joined}\n}}}}\n'


def main() -> None:
    """Write `schema.json` beside this file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("full", type=Path, metavar="FULL-SCHEMA.json")
    full = json.loads(parser.parse_args().full.read_text(encoding="utf-8"))
    Path(__file__).with_name("schema.json").write_text(compact(full), encoding="utf-8")


if __name__ == "__main__":
    main()
