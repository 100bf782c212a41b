"""`omt discover`: what can be found of an installation, where, and what is still needed."""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path

from typing_extensions import override

from omt_core.api.calls import Discovery
from omt_core.api.errors import ExitCode
from omt_core.api.installation import ManualAnswers
from omt_core.api.sentence import joined, sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.console import finding_fields
from omt_core.engine.errors import INSTALLATION_NOT_FOUND
from omt_core.engine.findings import merged
from omt_core.engine.opening import discover
from omt_core.engine.result import FindingLine


class Discover(CoreCommand):
    """Search this machine, or a folder that stands for one."""

    examples = ("omt discover", "omt discover --root D:\\copy")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--root", type=Path, metavar="DIR", help="search this folder as if it were the machine (C:\\x is DIR/C/x)"
        )

    @override
    async def run(self, call: Invocation) -> int:
        root: Path | None = call.options.root
        found = await discover(call.app.engine, ManualAnswers(root=None if root is None else Path.cwd() / root))
        if not found.values:
            raise INSTALLATION_NOT_FOUND.error(
                sentence("No installation was found."),
                remedy=sentence(
                    "Run this on the server or on a client of the installation, or name a copy of it by --root."
                ),
            )
        for number, discovery in enumerate(found.values, start=1):
            _show(call, number, discovery)
        findings = merged(*(discovery.findings for discovery in found.values), found.faults)
        for finding in findings:
            call.console.finding(finding)
        lines = tuple(FindingLine.of(finding) for finding in findings)
        if all(discovery.needs for discovery in found.values):
            call.console.print(sentence("Give what is still needed in the section [installation] of the answers file."))
            return call.console.finish(ExitCode.SOURCE, findings=lines)
        return call.console.finish(ExitCode.DONE, findings=lines)


def _show(call: Invocation, number: int, discovery: Discovery) -> None:
    installation, console = discovery.installation, call.console
    console.print(sentence("Installation {number}", number=number))
    for setting, found in groupby(installation.evidence, key=lambda one: one.setting):
        console.print(f"  {setting}")
        for evidence in found:
            console.print(joined(["", evidence.value], "    "))
            console.print(sentence("      from {source}", source=evidence.source))
    for need in discovery.needs:
        console.print(sentence("  still needed: {need}", need=need))
    database = installation.database
    console.object(
        "installation",
        {
            "precedence": discovery.precedence,
            "dbms": database.dbms,
            "server": database.server,
            "database": database.database,
            "prefix": database.prefix,
            "archives": [str(path) for path in installation.archives],
            "templates": None if installation.templates is None else str(installation.templates),
            "service": None if installation.service.base is None else str(installation.service.base),
            "needs": list(discovery.needs),
            "evidence": [
                {"setting": one.setting, "value": one.value, "source": one.source} for one in installation.evidence
            ],
            "findings": [finding_fields(finding) for finding in discovery.findings],
        },
    )
