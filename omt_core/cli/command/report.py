"""`omt report`: the report of a migration, made anew from its journal."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from typing_extensions import override

from omt_core.api import calls
from omt_core.api.errors import ExitCode
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.engine.reporting import record_of
from omt_core.engine.surroundings import Surroundings
from omt_core.engine.workspace import JOURNAL_FILE, REPORT_STEM, existing
from omt_core.journal import Journal, copy_journal


class Report(CoreCommand):
    """HTML to read, CSV and JSON with everything."""

    name = "report"
    help = "write the report of a migration"

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)
        parser.add_argument("--format", choices=("html", "csv", "json"), default="html")
        parser.add_argument("--output", type=Path, metavar="PATH", help="default: report.FORMAT in the workspace")

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call))
        output: Path = call.options.output or folder / f"{REPORT_STEM}.{call.options.format}"
        bus, surroundings = call.app.engine.bus, Surroundings(call.app.engine.events, folder)
        with tempfile.TemporaryDirectory(prefix="omt-") as temporary:
            copy = Path(temporary) / JOURNAL_FILE
            copy_journal(folder / JOURNAL_FILE, copy)
            async with Journal.open(copy) as journal:
                record = await record_of(journal, folder)
                sections = await bus.add_report_sections(calls.AddReportSections(record=record, run=surroundings))
                await bus.render_report(
                    calls.RenderReport(
                        record=record, sections=sections, format=call.options.format, output=output, run=surroundings
                    )
                )
        call.console.print(f"Written: {output}")
        return call.console.finish(ExitCode.DONE, receipt=record.receipt)
