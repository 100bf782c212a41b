"""Runs and their phases in the journal: when, with which plugins, how much was sent, how it ended. Times are UTC."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from pydantic import TypeAdapter

from omt_core.api.decisions import MigrationMode
from omt_core.api.findings import Finding
from omt_core.api.reporting import PhaseTiming, RunSummary
from omt_core.api.sentence import parts_of, sentence_of
from omt_core.journal.file import JournalFile

_FINDINGS: Final = TypeAdapter(tuple[Finding, ...])


class Runs:
    """All runs of the migration; `current` is the number of the one under way here, 0 before there is one."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self.current = 0

    async def begin(self, *, mode: MigrationMode, baseline: bool, plugins: Mapping[str, str]) -> int:
        """Begin a run and return its number, from 1. With `baseline` it keeps to the items of the migrated snapshot."""

        def insert(connection: sqlite3.Connection) -> int:
            number = last_run(connection) + 1
            connection.execute(
                "INSERT INTO runs (number, started, steady, mode, baseline, plugins) VALUES (?, ?, ?, ?, ?, ?)",
                (number, _now(), time.monotonic(), mode.value, baseline, json.dumps(dict(plugins))),
            )
            return number

        self.current = await self._file.run(insert)
        return self.current

    async def change_mode(self, *, mode: MigrationMode, baseline: bool) -> None:
        """Note the mode that this run turned out to have once the licence was known."""
        await self._write(
            "UPDATE runs SET mode = ?, baseline = ? WHERE number = ?", (mode.value, baseline, self.current)
        )

    async def finish(self, exit_code: int, findings: Sequence[Finding], *, error: str = "") -> None:
        """Note how the run that is under way ended, and with it the phase that it ended in, and what was found.

        `error` is what stopped it, in words that may be shown to anybody.
        """
        told, now, steady = _text_of(findings), _now(), time.monotonic()
        parts = parts_of(error)

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                """
                UPDATE runs SET
                  finished = ?, seconds = ? - steady, exit_code = ?, findings = ?, error = ?, error_parts = ?
                WHERE number = ?
                """,
                (now, steady, exit_code, told, str(error), None if parts is None else json.dumps(parts), self.current),
            )
            connection.execute(
                "UPDATE phases SET finished = ?, seconds = ? - steady WHERE run = ? AND finished IS NULL",
                (now, steady, self.current),
            )

        await self._file.run(change)

    async def begin_phase(self, phase: str) -> None:
        """Note that a phase of this run begins."""
        await self._write(
            """
            INSERT INTO phases (run, position, phase, started, steady)
            SELECT ?1, coalesce(max(position), 0) + 1, ?2, ?3, ?4 FROM phases WHERE run = ?1
            """,
            (self.current, phase, _now(), time.monotonic()),
        )

    async def finish_phase(self) -> None:
        """Note that the phase which began last has ended."""
        await self._write(
            """
            UPDATE phases SET finished = ?2, seconds = ?3 - steady
            WHERE run = ?1 AND position = (SELECT max(position) FROM phases WHERE run = ?1)
            """,
            (self.current, _now(), time.monotonic()),
        )

    async def all(self) -> tuple[RunSummary, ...]:
        """Return all runs, oldest first."""
        return await self._file.read(_summaries)

    async def last_findings(self) -> tuple[Finding, ...]:
        """Return the findings of the last run that ended."""
        text = await self._one("SELECT findings FROM runs WHERE finished IS NOT NULL ORDER BY number DESC LIMIT 1")
        return () if text is None else _findings_of(text)

    async def last_found(self) -> tuple[int | None, tuple[Finding, ...]]:
        """Return the number and the findings of the last run that had any: one refused early found nothing."""
        row = await self._file.read(
            lambda connection: connection.execute(
                "SELECT number, findings FROM runs WHERE finished IS NOT NULL AND findings != '[]'"
                " ORDER BY number DESC LIMIT 1"
            ).fetchone()
        )
        return (None, ()) if row is None else (row[0], _findings_of(row[1]))

    async def last_plugins(self) -> Mapping[str, str]:
        """Return the plugins of the last run with their versions."""
        text = await self._one("SELECT plugins FROM runs ORDER BY number DESC LIMIT 1")
        return {} if text is None else dict(json.loads(text))

    async def _write(self, statement: str, values: Sequence[object]) -> None:
        def change(connection: sqlite3.Connection) -> None:
            connection.execute(statement, values)

        await self._file.run(change)

    async def _one(self, question: str) -> str | None:
        row = await self._file.read(lambda connection: connection.execute(question).fetchone())
        return None if row is None else row[0]


def _text_of(findings: Sequence[Finding]) -> str:
    lines = json.loads(_FINDINGS.dump_json(tuple(findings)))
    return json.dumps(
        [{**line, **(parts_of(finding.message) or {})} for line, finding in zip(lines, findings, strict=True)]
    )


def _findings_of(text: str) -> tuple[Finding, ...]:
    """Return findings with the sentences that their messages were; those of an earlier version have none."""
    pairs = zip(_FINDINGS.validate_json(text), json.loads(text), strict=True)
    return tuple(replace(finding, message=sentence_of(finding.message, line)) for finding, line in pairs)


def last_run(connection: sqlite3.Connection) -> int:
    """Return the number of the run that began last, 0 when there was none."""
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()
    return int(last)


def keeps_to_baseline(connection: sqlite3.Connection, run: int) -> bool:
    """Tell whether a run keeps to the items of the migrated snapshot (recovery of missing files)."""
    (baseline,) = connection.execute("SELECT baseline FROM runs WHERE number = ?", (run,)).fetchone()
    return bool(baseline)


def count_sent(connection: sqlite3.Connection, run: int, size: int) -> None:
    """Add to the bytes of request bodies that a run has sent, in the transaction that notes what they brought about."""
    connection.execute("UPDATE runs SET sent_bytes = sent_bytes + ? WHERE number = ?", (size, run))


def _summaries(connection: sqlite3.Connection) -> tuple[RunSummary, ...]:
    rows = connection.execute(
        "SELECT number, started, finished, seconds, mode, exit_code, sent_bytes, error, error_parts FROM runs"
        " ORDER BY number"
    ).fetchall()
    return tuple(
        RunSummary(
            number=number,
            started=datetime.fromisoformat(started),
            finished=None if finished is None else datetime.fromisoformat(finished),
            mode=MigrationMode(mode),
            exit_code=exit_code,
            sent_bytes=sent_bytes,
            error=error if parts is None else sentence_of(error, json.loads(parts)),
            phases=_phases(connection, number),
            seconds=_lasted(started, finished, seconds),
        )
        for number, started, finished, seconds, mode, exit_code, sent_bytes, error, parts in rows
    )


def _phases(connection: sqlite3.Connection, run: int) -> tuple[PhaseTiming, ...]:
    rows = connection.execute(
        "SELECT phase, started, finished, steady, seconds FROM phases WHERE run = ? ORDER BY position", (run,)
    )
    return tuple(
        PhaseTiming(
            phase=phase,
            started=datetime.fromisoformat(started),
            finished=None if finished is None else datetime.fromisoformat(finished),
            steady=steady,
            seconds=_lasted(started, finished, seconds),
        )
        for phase, started, finished, steady, seconds in rows
    )


def _lasted(started: str, finished: str | None, seconds: float | None) -> float | None:
    """Return how long something lasted, by the clock where an earlier version noted no more than that."""
    if seconds is not None or finished is None:
        return seconds
    return max(0.0, (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds())


def _now() -> str:
    """Return the time in ISO 8601."""
    return datetime.now(UTC).isoformat()
