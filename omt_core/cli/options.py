"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from omt_core.answers.file import Answers
from omt_core.api.errors import InputError
from omt_core.cli.commands import Invocation


def add_answers(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add `--answers FILE`, which is read before the command begins."""
    parser.add_argument("--answers", type=Path, required=required, metavar="FILE", help="answers file (TOML)")


def add_workspace(parser: argparse.ArgumentParser) -> None:
    """Add `--workspace DIR`."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="folder of the migration")


def add_limit_rate(parser: argparse.ArgumentParser) -> None:
    """Add `--limit-rate RATE`."""
    parser.add_argument("--limit-rate", metavar="RATE", help="bytes per second at most, such as 500K or 5M")


def answers_of(call: Invocation) -> Answers:
    """Return the answers, which the parser has made sure of."""
    if call.answers is None:
        raise InputError("usage", "This command needs --answers FILE.", "See the command's --help.")
    return call.answers


def workspace_of(call: Invocation) -> Path | None:
    """Return the workspace that was named by option, else by setting, else None."""
    given: Path | None = call.options.workspace
    return given if given is not None else call.app.settings.core.workspace
