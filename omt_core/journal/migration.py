"""The migration in the journal: its pins, decisions, notes, runs and phases. All times are UTC in ISO 8601."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import TypeAdapter

from omt_core.api.decisions import Decisions, MigrationMode
from omt_core.api.findings import Finding
from omt_core.api.reporting import PhaseTiming, RunSummary
from omt_core.api.stages import UploadStage

_DECISIONS: Final = TypeAdapter(Decisions)
_FINDINGS: Final = TypeAdapter(tuple[Finding, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTitle:
    """A row of the upload table as an earlier run had it."""

    name: str
    title: str
    kind: str


def pin(connection: sqlite3.Connection, name: str, value: str | None) -> None:
    """Keep a value of the migration (its serial, its snapshot, whether it is frozen); None forgets it."""
    if value is None:
        connection.execute("DELETE FROM pins WHERE name = ?", (name,))
    else:
        connection.execute("INSERT OR REPLACE INTO pins (name, value) VALUES (?, ?)", (name, value))


def pinned(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return all pins."""
    return dict(connection.execute("SELECT name, value FROM pins"))


def save_decisions(connection: sqlite3.Connection, decisions: Decisions) -> None:
    """Keep the migrator's decisions."""
    pin(connection, "decisions", _DECISIONS.dump_json(decisions).decode())


def load_decisions(connection: sqlite3.Connection) -> Decisions:
    """Return the migrator's decisions, or those of nobody yet."""
    text = pinned(connection).get("decisions")
    return Decisions() if text is None else _DECISIONS.validate_json(text)


def remember(connection: sqlite3.Connection, owner: str, name: str, value: str) -> None:
    """Keep a note of a plugin."""
    connection.execute("INSERT OR REPLACE INTO notes (owner, name, value) VALUES (?, ?, ?)", (owner, name, value))


def recall(connection: sqlite3.Connection, owner: str, name: str) -> str | None:
    """Return a plugin's note, or None."""
    row = connection.execute("SELECT value FROM notes WHERE owner = ? AND name = ?", (owner, name)).fetchone()
    return None if row is None else row[0]


def last_run(connection: sqlite3.Connection) -> int:
    """Return the number of the run that began last, 0 when there was none."""
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()
    return int(last)


def begin_run(
    connection: sqlite3.Connection, *, mode: MigrationMode, baseline: bool, plugins: Mapping[str, str]
) -> int:
    """Note that a run begins and return its number, counted from 1."""
    number = last_run(connection) + 1
    connection.execute(
        "INSERT INTO runs (number, started, mode, baseline, plugins) VALUES (?, ?, ?, ?, ?)",
        (number, _now(), mode.value, baseline, json.dumps(dict(plugins))),
    )
    return number


def change_mode(connection: sqlite3.Connection, run: int, *, mode: MigrationMode, baseline: bool) -> None:
    """Note the mode that a run turned out to have once the licence was known."""
    connection.execute("UPDATE runs SET mode = ?, baseline = ? WHERE number = ?", (mode.value, baseline, run))


def is_baseline(connection: sqlite3.Connection, run: int) -> bool:
    """Tell whether a run keeps to the items of the migrated snapshot (recovery of missing files)."""
    (baseline,) = connection.execute("SELECT baseline FROM runs WHERE number = ?", (run,)).fetchone()
    return bool(baseline)


def finish_run(connection: sqlite3.Connection, run: int, exit_code: int, findings: Sequence[Finding]) -> None:
    """Note how a run ended and what was found."""
    connection.execute(
        "UPDATE runs SET finished = ?, exit_code = ?, findings = ? WHERE number = ?",
        (_now(), exit_code, _FINDINGS.dump_json(tuple(findings)).decode(), run),
    )


def count_sent(connection: sqlite3.Connection, run: int, size: int) -> None:
    """Add to the bytes of request bodies that a run has sent."""
    connection.execute("UPDATE runs SET sent_bytes = sent_bytes + ? WHERE number = ?", (size, run))


def begin_phase(connection: sqlite3.Connection, run: int, phase: str) -> None:
    """Note that a phase begins."""
    (last,) = connection.execute("SELECT coalesce(max(position), 0) FROM phases WHERE run = ?", (run,)).fetchone()
    connection.execute(
        "INSERT INTO phases (run, position, phase, started) VALUES (?, ?, ?, ?)", (run, last + 1, phase, _now())
    )


def finish_phase(connection: sqlite3.Connection, run: int) -> None:
    """Note that the phase which began last has ended."""
    connection.execute(
        "UPDATE phases SET finished = ? WHERE run = ? AND position = (SELECT max(position) FROM phases WHERE run = ?)",
        (_now(), run, run),
    )


def runs(connection: sqlite3.Connection) -> tuple[RunSummary, ...]:
    """Return all runs, oldest first."""
    rows = connection.execute(
        "SELECT number, started, finished, mode, exit_code, sent_bytes FROM runs ORDER BY number"
    ).fetchall()
    return tuple(
        RunSummary(
            number=number,
            started=datetime.fromisoformat(started),
            finished=None if finished is None else datetime.fromisoformat(finished),
            mode=MigrationMode(mode),
            exit_code=exit_code,
            sent_bytes=sent_bytes,
            phases=_phases(connection, number),
        )
        for number, started, finished, mode, exit_code, sent_bytes in rows
    )


def last_findings(connection: sqlite3.Connection) -> tuple[Finding, ...]:
    """Return the findings of the last run that ended."""
    row = connection.execute(
        "SELECT findings FROM runs WHERE finished IS NOT NULL ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return () if row is None else _FINDINGS.validate_json(row[0])


def last_plugins(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return the plugins of the last run with their versions."""
    row = connection.execute("SELECT plugins FROM runs ORDER BY number DESC LIMIT 1").fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def note_stages(connection: sqlite3.Connection, stages: Sequence[UploadStage]) -> None:
    """Keep the rows of the upload table, so that they can be shown without the plugins that brought them."""
    connection.executemany(
        "INSERT OR REPLACE INTO stages (name, title, position, kind, plugin) VALUES (?, ?, ?, ?, ?)",
        ((stage.name, stage.title, stage.order, stage.kind, stage.plugin) for stage in stages),
    )


def known_stages(connection: sqlite3.Connection) -> tuple[StageTitle, ...]:
    """Return the rows of the upload table in their order."""
    rows = connection.execute("SELECT name, title, kind FROM stages ORDER BY position, name")
    return tuple(StageTitle(name=name, title=title, kind=kind) for name, title, kind in rows)


def _phases(connection: sqlite3.Connection, run: int) -> tuple[PhaseTiming, ...]:
    rows = connection.execute("SELECT phase, started, finished FROM phases WHERE run = ? ORDER BY position", (run,))
    return tuple(
        PhaseTiming(
            phase=phase,
            started=datetime.fromisoformat(started),
            finished=None if finished is None else datetime.fromisoformat(finished),
        )
        for phase, started, finished in rows
    )


def _now() -> str:
    return datetime.now(UTC).isoformat()
