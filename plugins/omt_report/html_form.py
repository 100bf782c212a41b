"""The report as one HTML page: no script, nothing from outside, and every text escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from importlib import resources

import jinja2
from markupsafe import Markup

from omt_core.api import (
    Language,
    MigrationRecord,
    ReportSection,
    Sentence,
    Severity,
    byte_rate,
    byte_size,
    one_line,
    quantity,
    sentence,
    translated,
)
from omt_report.advice import estimated, headline, next_steps
from omt_report.document import ReportHead, RunLine, StageLine, head_of, message_of
from omt_report.left_behind import left_behind
from omt_report.readable import lasted, moment

_PIECE = 256
"""How many parts of the template are joined into one write."""

_SHORT = 30
"""Characters of a command that fit into one line of the narrowest screen."""

_SEVERITIES = tuple(Severity)

OUTCOMES = {
    0: sentence("done"),
    1: sentence("stopped by findings"),
    2: sentence("stopped: answers or settings"),
    3: sentence("stopped: installation on site"),
    4: sentence("stopped: online side"),
    5: sentence("stopped: internal fault"),
    130: sentence("interrupted"),
}
"""Exit codes in words."""

PHASES = {
    "welcome": sentence("welcome"),
    "recovery": sentence("recovery"),
    "login": sentence("login"),
    "confirm": sentence("confirm"),
    "checklist": sentence("checklist"),
    "upload": sentence("upload"),
    "complete": sentence("complete"),
}
"""Phases in words."""

SEVERITIES = {
    Severity.ERROR: sentence("error"),
    Severity.WARNING: sentence("warning"),
    Severity.INFO: sentence("info"),
}
"""Severities in words."""


async def html_report(
    record: MigrationRecord, sections: Sequence[ReportSection], shown: int, language: str
) -> AsyncGenerator[bytes]:
    """Yield the page in a language. `shown` items of each kind of exception are listed."""
    head = head_of(record, sections)
    css = resources.files("omt_report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    state, outcome = headline(head)
    page = _environment(language).get_template("report.html.jinja")
    stream = page.stream(
        css=Markup(css),  # noqa: S704 - our own file
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        head=head,
        state=state,
        tag="nb" if language == Language.NORWEGIAN else language,
        headline=outcome,
        steps=list(next_steps(head)),
        titles={stage.stage: stage.title for stage in head.stages},
        total=_total(head),
        groups=await left_behind(record, shown),
        shown=shown,
        findings=sorted(
            (line.model_copy(update={"message": message_of(line)}) for line in head.findings),
            key=lambda finding: (_SEVERITIES.index(finding.severity), finding.code),
        ),
        rates={run.number: _rate(run) for run in head.runs},
        outcomes=OUTCOMES,
        phases=PHASES,
        severities=SEVERITIES,
        estimated=None if head.estimate is None else estimated(head.estimate),
        as_of=next((run.finished or run.started for run in reversed(head.runs)), None),
    )
    stream.enable_buffering(_PIECE)
    for piece in stream:
        yield piece.encode("utf-8")


def _environment(language: str) -> jinja2.Environment:
    """Return what knows the words of the page: `say` is `sentence` in the language, `said` says what is one already."""

    def said(text: str) -> str:
        return one_line(translated(text, language))

    def sized(count: float) -> str:
        return said(byte_size(count))

    def when(time: datetime | None) -> str:
        return said(moment(time))

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("omt_report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: one_line(value) if type(value) is str else value,
    )
    environment.filters |= {
        "sized": sized,
        "moment": when,
        "said": said,
        "with_commands": _with_commands,
    }
    environment.globals |= {
        "counted": lambda number: said(Sentence("{number:,}", {"number": number})),
        "say": lambda template, **parameters: said(Sentence(template, parameters)),
        "quantity": quantity,
        "lasted": lasted,
    }
    return environment


def _with_commands(sentence: str) -> Markup:
    """Set what stands between backquotes as code; a short command stays on one line."""
    parts = enumerate(one_line(sentence).split("`"))
    return Markup("").join(
        Markup('<code class="{}">{}</code>').format("short" if len(part) <= _SHORT else "", part) if place % 2 else part
        for place, part in parts
    )


def _total(head: ReportHead) -> StageLine:
    """Add the rows of the upload table up."""
    figures = [field for field, info in StageLine.model_fields.items() if info.annotation is int]
    sums = {field: sum(getattr(stage, field) for stage in head.stages) for field in figures}
    return StageLine(stage="", title="", **sums)


def _rate(run: RunLine) -> str:
    """Return the mean rate of a run's upload, or nothing where there was none to speak of."""
    seconds = sum(phase.seconds or 0.0 for phase in run.phases if phase.phase == "upload")
    return byte_rate(run.sent_bytes / seconds) if seconds >= 1 and run.sent_bytes else ""
