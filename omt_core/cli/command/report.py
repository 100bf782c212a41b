"""`omt report`: the report of a migration, made anew from its journal."""

from __future__ import annotations

import argparse
from pathlib import Path

import anyio.to_thread
from typing_extensions import override

from omt_core.api.errors import ExitCode
from omt_core.api.files import temporary_folder
from omt_core.api.sentence import sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.cli.output_files import place_for, say_place
from omt_core.engine.report import record_of, render
from omt_core.engine.result import FindingLine
from omt_core.engine.session import Surroundings
from omt_core.engine.workspace import JOURNAL_FILE, REPORT_STEM, existing
from omt_core.journal import Journal, copy_journal


class Report(CoreCommand):
    """HTML to read, CSV and JSON with everything."""

    examples = ("omt report", "omt report --format csv --output report.csv")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        add_workspace(parser)
        parser.add_argument(
            "--format",
            choices=("html", "csv", "json"),
            default="html",
            help="HTML (default) to read, CSV or JSON for programs",
        )
        parser.add_argument("--output", type=Path, metavar="PATH", help="default: report.FORMAT in the workspace")

    @override
    async def run(self, call: Invocation) -> int:
        folder = existing(workspace_of(call))
        named: Path = call.options.output or folder / f"{REPORT_STEM}.{call.options.format}"
        output = named if call.options.output is None else await anyio.to_thread.run_sync(place_for, named)
        with temporary_folder() as temporary:
            copy = temporary / JOURNAL_FILE
            copy_journal(folder / JOURNAL_FILE, copy)
            async with Journal.open(copy) as journal:
                record = await record_of(journal, folder, call.app.host.codes)
                run = Surroundings(call.app.engine.events, folder)
                told = await render(
                    call.app.engine, record, run, output, call.options.format, language=call.console.asked
                )
        for finding in told:
            call.console.finding(finding)
        say_place(call.console, named, output)
        call.console.print(sentence("Written: {file}", file=output))
        lines = tuple(FindingLine.of(finding) for finding in told)
        return call.console.finish(ExitCode.DONE, receipt=record.receipt, findings=lines)
