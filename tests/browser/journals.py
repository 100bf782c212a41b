"""What a journal holds of a migration, without what differs from one run to the next: times and random names."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?")
_ID = re.compile(r"\b[0-9a-f]{16,64}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The parts of a journal that two runs of the same decisions have in common."""

    pins: dict[str, str]
    stages: list[Any]
    items: list[Any]
    phases: list[str]
    plugins: Any
    roots: Any


def held(folder: Path) -> Held:
    """Read the journal in `folder/work`; paths are cut to what lies in the folder, which holds the site too."""
    workspace = folder / "work"
    with closing(sqlite3.connect(f"file:{workspace / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        pins = dict(journal.execute("SELECT name, value FROM pins"))
        stages = journal.execute("SELECT name, title, position, kind, plugin FROM stages ORDER BY name").fetchall()
        items = journal.execute(
            "SELECT stage, key, name, path, size, state, reason, detail, digest, confirmed_digest FROM items"
            " ORDER BY stage, key"
        ).fetchall()
        last = "SELECT max(number) FROM runs"
        phases = journal.execute(f"SELECT phase FROM phases WHERE run = ({last}) ORDER BY position").fetchall()
        (plugins,) = journal.execute(f"SELECT plugins FROM runs WHERE number = ({last})").fetchone()
    receipt = json.loads((workspace / "receipt.json").read_text(encoding="utf-8"))
    return Held(
        pins={name: _plain(value, folder) for name, value in pins.items()},
        stages=stages,
        items=[tuple(_cut(cell, folder) for cell in item) for item in items],
        phases=[phase for (phase,) in phases],
        plugins=json.loads(plugins),
        roots={name: value for name, value in _flat(receipt) if "root" in name},
    )


def _plain(text: str, folder: Path) -> str:
    return _ID.sub("<id>", _MOMENT.sub("<moment>", text)).replace(str(folder), "<folder>")


def _cut(cell: Any, folder: Path) -> Any:
    return cell.replace(str(folder).encode(), b"<folder>") if isinstance(cell, bytes) else cell


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(name, value)]
    return [pair for key, inner in value.items() for pair in _flat(inner, f"{name}.{key}".strip("."))]
