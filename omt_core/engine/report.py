"""Puts together what a report is made from, out of the journal alone, and has it written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import anyio

from omt_core.api import calls
from omt_core.api.context import RunContext
from omt_core.api.errors import OmtError
from omt_core.api.findings import Finding, FindingCode
from omt_core.api.language import Language
from omt_core.api.plugin import Plugin
from omt_core.api.reporting import MigrationRecord
from omt_core.engine import facts
from omt_core.engine.findings import REPORT_NOT_WRITTEN, is_waived, merged
from omt_core.engine.session import Engine, MigrationSession
from omt_core.engine.upload.machines import kept_machines
from omt_core.engine.upload.timings import kept_estimate
from omt_core.engine.workspace import RECEIPT_FILE, REPORT_STEM
from omt_core.journal import Journal


async def record_of(
    journal: Journal, folder: Path, codes: Mapping[str, FindingCode], *, findings: Sequence[Finding] | None = None
) -> MigrationRecord:
    """Return the record of a migration; `findings` are those of the run under way, else those of the last one."""
    known = await journal.notes.pins()
    decisions = await journal.notes.decisions()
    told = await journal.runs.last_findings() if findings is None else tuple(findings)
    waivers = decisions.waived(decisions.kind)
    receipt = folder / RECEIPT_FILE
    machines = await kept_machines(journal)
    return MigrationRecord(
        workspace=folder,
        licence=await facts.licence_of(journal),
        decisions=decisions,
        kind=facts.begun_kind(known) or decisions.kind,
        replacing=facts.OVERWRITING in known,
        runs=await journal.runs.all(),
        totals=await journal.items.totals(),
        stage_titles={stage.name: stage.title for stage in await journal.items.stages()},
        findings=told,
        waived=frozenset(one for one in told if is_waived(one, waivers, codes)),
        plugins=await journal.runs.last_plugins(),
        receipt=receipt if receipt.is_file() else None,
        frozen=facts.FROZEN in known,
        importing=facts.may_be_importing(known),
        records=lambda states: journal.items.records(states=states),
        changes_online=json.loads(known.get(facts.CHANGES, "{}")),
        estimate=await kept_estimate(journal),
        machines=machines.machines,
        dashboard=machines.dashboard,
    )


async def write_report(
    session: MigrationSession,
    output: Path | None = None,
    form: Literal["html", "csv", "json"] = "html",
    *,
    language: str | None = None,
) -> Path:
    """Have the report of a migration written as it stands, by default into its workspace. Raises `OmtError`.

    The `language` is as for `render`.
    """
    output = output or session.now.folder / f"{REPORT_STEM}.{form}"
    record = await record_of(
        session.journal, session.now.folder, session.engine.host.codes, findings=session.now.findings
    )
    told = await render(session.engine, record, session.now.run, output, form, language=language)
    session.log.file("report", told)
    return output


async def render(
    engine: Engine,
    record: MigrationRecord,
    run: RunContext,
    output: Path,
    form: Literal["html", "csv", "json"],
    *,
    language: str | None = None,
) -> Sequence[Finding]:
    """Have a report written, with the sections that plugins add, and return which of them failed to add any.

    It is in the contact's language unless another is asked for, and in that of this machine where nobody named one.
    """
    contact = record.decisions.contact
    added = await engine.dispatch.every(Plugin.add_report_sections, calls.AddReportSections(record=record, run=run))
    await engine.dispatch.one(
        Plugin.render_report,
        calls.RenderReport(
            record=replace(record, findings=merged(record.findings, added.faults)),
            sections=sorted(added.values, key=lambda section: (section.order, section.title)),
            format=form,
            output=output,
            run=run,
            language=language or (contact and contact.language) or Language.of_this_machine(),
        ),
    )
    return added.faults


async def keep_report(session: MigrationSession) -> Path | None:
    """Write the report into the workspace, whatever came of the run; that it could not be written is a finding."""
    report: Path | None = None
    with anyio.CancelScope(shield=True):
        try:
            report = await write_report(session)
        except OmtError as error:
            session.log.file("report", (REPORT_NOT_WRITTEN.finding(error.message),))
    return report
