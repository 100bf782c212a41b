"""Options that several commands share."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from omt_core.api.errors import USAGE
from omt_core.api.sentence import sentence
from omt_core.cli.commands import Invocation
from omt_core.cli.output_files import refuse_device
from omt_core.engine.upload.planned_start import parse_end
from omt_core.engine.upload.rate import RateLimit, parse_limit

if TYPE_CHECKING:
    from omt_core.answers.file import Answers


def add_answers(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add `--answers FILE`, which is read before the command begins."""
    parser.add_argument("--answers", type=Path, required=required, metavar="FILE", help="answers file (TOML)")


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add `--workspace DIR`."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="folder of the migration")


def add_limit_rate(parser: argparse.ArgumentParser) -> None:
    """Add `--limit-rate RATE`."""
    parser.add_argument(
        "--limit-rate",
        metavar="RATE",
        help="bytes per second at most: 500K, 5M, or a timetable, `08:00,500K 18:00,off`",
    )


def limit_of(call: Invocation) -> RateLimit:
    """Return the limit that was given, else none. Raises `InputError` `rate-invalid`."""
    given = call.options.limit_rate
    return RateLimit.always(None) if given is None else parse_limit(given)


def add_until(parser: argparse.ArgumentParser) -> None:
    """Add `--until TIME`."""
    parser.add_argument(
        "--until",
        metavar="TIME",
        help="stop then as Ctrl-C does, to be gone on with by the same command: 06:00, or a date with a time",
    )


def end_of(call: Invocation, start: datetime) -> datetime | None:
    """Return when a run that starts at a moment is to stop. Raises `InputError` `end-time-invalid`."""
    return None if call.options.until is None else parse_end(call.options.until, start)


def add_metrics(parser: argparse.ArgumentParser) -> None:
    """Add `--metrics FILE`."""
    parser.add_argument(
        "--metrics",
        type=Path,
        metavar="FILE",
        help="keep metrics there in Prometheus' text format: omt.prom in the textfile folder of the node exporter, say",
    )


def metrics_of(call: Invocation) -> Path | None:
    """Return the file for metrics, if one was named. Raises `InputError` `output-not-a-file`."""
    file: Path | None = call.options.metrics
    if file is not None:
        refuse_device(file)
    return file


def answers_of(call: Invocation) -> Answers:
    """Return the answers, which the parser has made sure of."""
    if call.answers is None:
        raise USAGE.error(sentence("This command needs --answers FILE."))
    return call.answers


def workspace_of(call: Invocation) -> Path | None:
    """Return the whole path of the workspace that was named by option, else by setting, else None."""
    given: Path | None = call.options.workspace or call.app.settings.core.workspace
    return None if given is None else given.absolute()
