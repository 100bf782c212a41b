"""`omt status`: how a migration stands, from its journal, also while a run works on it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.api.events import SendingMachine, SendingState
from omt_core.api.files import temporary_folder
from omt_core.api.reporting import MigrationRecord, RunSummary
from omt_core.api.sentence import joined, sentence
from omt_core.api.stages import StageTotals
from omt_core.api.text import byte_rate, byte_size, duration, local_time, quantity
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.console import Console
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.cli.words import KIND_TITLES, frozen_text, importing_text, left_behind, no_longer_on_site
from omt_core.engine.phases import UPLOAD
from omt_core.engine.report import record_of
from omt_core.engine.result import Counted, FindingLine, file_totals, left_behind_fields
from omt_core.engine.upload.gone import gone_files
from omt_core.engine.workspace import JOURNAL_FILE, REPORT_STEM, existing, is_locked
from omt_core.journal import Journal, copy_journal

_DOING: Final = {
    SendingState.WAITING: sentence("waiting"),
    SendingState.SENDING: sentence("sending"),
    SendingState.GONE: sentence("gone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """How fast the run under way is: the phase that it is in and since when (UTC), bytes a second, seconds left."""

    phase: str | None = None
    since: datetime | None = None
    rate: float | None = None
    time_left: float | None = None

    @classmethod
    def of(cls, run: RunSummary, counted: Sequence[StageTotals]) -> _Pace:
        """Take the rate over the whole upload, since the journal knows of no moment but its beginning."""
        if not run.phases:
            return cls()
        phase = run.phases[-1]
        if phase.phase != UPLOAD.name or not run.sent_bytes or phase.steady is None:
            return cls(phase=phase.phase, since=phase.started)
        rate = run.sent_bytes / max(time.monotonic() - phase.steady, 1.0)
        left = sum(total.bytes - total.confirmed_bytes - total.left_behind_bytes for total in counted) / rate
        return cls(phase=phase.phase, since=phase.started, rate=rate, time_left=left or None)


class Status(CoreCommand):
    """Reads a copy of the journal, so that it never stands in a run's way."""

    examples = ("omt status", "omt status --json")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call)).absolute()
        with temporary_folder() as temporary:
            copy = temporary / JOURNAL_FILE
            copy_journal(folder / JOURNAL_FILE, copy)
            async with Journal.open(copy) as journal:
                return await _show(call, journal, folder)


async def _show(call: Invocation, journal: Journal, folder: Path) -> int:
    record = await record_of(journal, folder, call.app.host.codes)
    counted = await file_totals(journal)
    gone = await gone_files(journal)
    report = folder / f"{REPORT_STEM}.html"
    running, last = await is_locked(folder), record.runs[-1] if record.runs else None
    pace = _Pace.of(last, counted) if running and last is not None else _Pace()
    _show_runs(call.console, record, pace, running=running)
    for name, title in record.stage_titles.items():
        if (total := record.totals.get(name)) is not None:
            _show_stage(call.console, title, total)
    if gone.gone:
        call.console.print(sentence("Sent by an earlier run and {gone}", gone=no_longer_on_site(gone)))
    _show_machines(call.console, record, running=running)
    call.console.object(
        "workspace",
        {
            "path": str(folder),
            "running": running,
            "frozen": record.frozen,
            "importing": record.importing,
            "started": None if last is None else last.started.isoformat(),
            "error": last.error if last is not None and not running else "",
            "phase": pace.phase,
            "since": None if pace.since is None else pace.since.isoformat(),
            "rate": pace.rate,
            "time_left": pace.time_left,
            "dashboard": (running and record.dashboard) or None,
        },
    )
    return call.console.finish(
        ExitCode.DONE,
        mode=None if last is None else last.mode,
        kind=None if last is None else record.kind,
        sent=Counted(files=sum(one.sent_items for one in counted), bytes=0 if last is None else last.sent_bytes),
        skipped=Counted(
            files=sum(one.skipped_items for one in counted), bytes=sum(one.skipped_bytes for one in counted)
        ),
        **left_behind_fields(counted),
        gone=gone.gone,
        kept=gone.kept,
        findings=tuple(FindingLine.of(finding) for finding in record.findings),
        receipt=record.receipt,
        report=report if report.is_file() else None,
    )


def _show_runs(console: Console, record: MigrationRecord, pace: _Pace, *, running: bool) -> None:
    if record.licence is not None:
        owner, serial = record.licence.owner, record.licence.serial
        console.print(sentence("Owner {owner}, serial {serial}", owner=owner, serial=serial))
    console.print(
        sentence("Runs: {number}, one is under way" if running else "Runs: {number}", number=len(record.runs))
    )
    if record.runs:
        console.print(KIND_TITLES[record.kind])
        console.print(sentence("The last run began on {moment}.", moment=local_time(record.runs[-1].started)))
    if record.runs and not running:
        last = record.runs[-1]
        ended = sentence(
            "The last run was cut short." if last.exit_code is None else "The last run ended with exit code {code}.",
            code=last.exit_code,
        )
        console.print(joined([ended, *([last.error] if last.error else [])], " "))
    if pace.phase is not None and pace.since is not None:
        parts = [
            sentence(
                "{phase} since {moment}", phase=console.told(pace.phase).capitalize(), moment=local_time(pace.since)
            )
        ]
        if pace.rate is not None:
            parts.append(sentence("{rate} on average", rate=byte_rate(pace.rate)))
        if pace.time_left is not None:
            parts.append(sentence("time left {duration}", duration=duration(pace.time_left)))
        console.print(joined(parts))
    if record.importing:
        console.print(importing_text())
    console.print(
        frozen_text(importing=record.importing)
        if record.frozen
        else sentence("This migration has nothing frozen, by what its workspace knows.")
    )


def _show_stage(console: Console, title: str, total: StageTotals) -> None:
    console.print(
        sentence(
            "  {stage} {confirmed:,} of {items:,} confirmed, {size}; {left_behind}",
            stage=f"{console.told(title):<18}",
            confirmed=total.confirmed_items,
            items=total.items,
            size=byte_size(total.confirmed_bytes),
            left_behind=left_behind(total),
        )
    )
    console.object(
        "status",
        {
            "stage": total.stage,
            "title": title,
            "items": total.items,
            "confirmed": total.confirmed_items,
            "bytes": total.bytes,
            "confirmed_bytes": total.confirmed_bytes,
            "missing": total.missing,
            "failed": total.failed,
            "left_out": total.left_out,
            "left_behind": total.left_behind,
        },
    )


def _show_machines(console: Console, record: MigrationRecord, *, running: bool) -> None:
    """Show a row for each machine, where transfers ran on several; what they are doing only while a run goes on."""
    if not record.machines:
        return
    console.print(sentence("Machines that send:" if running else "Machines that have sent:"))
    for machine in record.machines:
        console.print(_row(machine, running=running))
        console.object(
            "sending-machine",
            {
                "name": machine.name,
                "state": machine.state if running else None,
                "items": machine.items,
                "sent_bytes": machine.sent_bytes,
                "rate": machine.rate if running else None,
                "heard": machine.heard.isoformat(),
            },
        )
    if running and record.dashboard:
        console.print(sentence("Their own page: {address}", address=record.dashboard))


def _row(machine: SendingMachine, *, running: bool) -> str:
    sent = sentence("{size} sent", size=byte_size(machine.sent_bytes))
    parts = [quantity(machine.items, "file"), sent]
    if running:
        parts.insert(0, _DOING[machine.state])
        if machine.rate is not None:
            parts.append(byte_rate(machine.rate))
    parts.append(sentence("last heard of on {moment}", moment=local_time(machine.heard)))
    return sentence("  {machine} {told}", machine=f"{machine.name:<18}", told=joined(parts))
