"""Findings as files: a row or an object each, to be worked off or read by a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Final

from omt_core.api.findings import Finding
from omt_core.api.language import translated
from omt_core.api.text import spreadsheet_cell
from omt_core.engine.checks import standing_errors
from omt_core.engine.findings import is_waived
from omt_core.engine.result import FindingLine
from omt_core.engine.session import Engine, Snapshot

COLUMNS: Final = ("severity", "code", "plugin", "standing", "subject", "message", "remedy")
_MARK: Final = "\ufeff"
"""With a byte order mark a spreadsheet reads UTF-8; without one it guesses."""


def findings_csv(engine: Engine, now: Snapshot, language: str) -> bytes:
    """Write a row for each subject of each finding, and one for a finding without any, the worst first.

    Message and remedy are in the language of who reads them.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for finding, standing in _with_standing(engine, now):
        for subject in finding.subjects or ("",):
            row = (finding.severity.value, finding.code, finding.plugin, standing, subject)
            words = (translated(text, language) for text in (finding.message, finding.remedy))
            writer.writerow(map(spreadsheet_cell, (*row, *words)))
    return (_MARK + text.getvalue()).encode("utf-8", "backslashreplace")


def findings_json(engine: Engine, now: Snapshot) -> bytes:
    """Write an array with an object for each finding: what `--json` says of it, and how it stands."""
    told = [
        {**FindingLine.of(finding).model_dump(mode="json"), "standing": standing}
        for finding, standing in _with_standing(engine, now)
    ]
    return (json.dumps(told, indent=1) + "\n").encode("ascii")


def _with_standing(engine: Engine, now: Snapshot) -> Iterator[tuple[Finding, str]]:
    """Yield each finding with `blocks`, `waived`, or nothing where it stops no migration."""
    blocking = set(standing_errors(engine, now))
    for finding in now.findings:
        waived = is_waived(finding, now.waived, engine.host.codes)
        yield finding, "blocks" if finding in blocking else "waived" if waived else ""
