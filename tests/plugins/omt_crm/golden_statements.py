"""Every statement of every plugin, rendered for the two database systems that are not to be had here.

`python -m tests.plugins.omt_crm.golden_statements` writes the golden files anew; read the difference before committing.
"""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

from omt_core.api.database import Column, Table
from omt_crm.sql import Catalogue, render
from omt_simulator.database.schema import load_schema

PLUGINS = Path(__file__).parents[3] / "plugins"
GOLDEN = Path(__file__).parent / "golden"
OWNERS = {"mssql": "CRM7", "oracle": "CRM7"}


def statements() -> Iterator[tuple[str, str]]:
    """All upper-case text constants of all modules `statements.py`, by `plugin.CONSTANT`, in order."""
    for path in sorted(PLUGINS.glob("*/statements.py")):
        # By path, so that a plugin that cannot be imported as a whole does not hide the statements of the others.
        for name, value in sorted(runpy.run_path(str(path)).items()):
            if name.isupper() and not name.startswith("_") and isinstance(value, str):
                yield f"{path.parent.name}.{name}", value


def documented_catalogue(dbms: str) -> Catalogue:
    """All tables of the newest model. Oracle's are in upper case, as names are that were created without quotes."""

    def spelt(name: str) -> str:
        return name.upper() if dbms == "oracle" else name

    return {
        table.name.lower(): Table(
            name=spelt(table.name),
            columns=tuple(Column(name=spelt(column.name), type_name=column.type) for column in table.columns),
            primary_key=(spelt(table.primary_key),),
        )
        for table in load_schema().values()
    }


def rendered(dbms: str) -> dict[str, str]:
    """The text of each golden file by its name."""
    catalogue = documented_catalogue(dbms)
    return {
        f"{name}.sql": render(sql, catalogue=catalogue, dbms=dbms, owner=OWNERS[dbms]) + "\n"
        for name, sql in statements()
    }


def write_golden_files() -> None:
    """Replace all golden files."""
    for dbms in OWNERS:
        folder = GOLDEN / dbms
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for name, text in rendered(dbms).items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_golden_files()
