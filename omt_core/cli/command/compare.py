"""`omt compare`: what is new, gone or different between two migrations of one installation."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from typing_extensions import override

from omt_core.api.calls import AreaComparison, Difference, ReceiptSide
from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import USAGE, ExitCode
from omt_core.api.sentence import Sentence, joined, plural, sentence
from omt_core.api.text import local_time
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.console import Console
from omt_core.cli.errors import NOTHING_TO_COMPARE
from omt_core.cli.options import add_workspace, workspace_of
from omt_core.cli.words import KINDS
from omt_core.engine.results.comparison import FINDINGS, PLANS, USER_NAMES, WAIVERS, Comparison, compare
from omt_core.engine.results.kept import kept_pair
from omt_core.engine.session import Surroundings
from omt_core.engine.workspace import RECEIPT_FILE, existing

_SHOWN: Final = 20
"""So many differences of an area are told to a person, those that time does not explain first; `--json` has more."""
_TWO: Final = 2
_CHANGES: Final[Mapping[str, str]] = {
    "new": sentence("new"),
    "gone": sentence("gone"),
    "different": sentence("different"),
}


_AREAS: Final[Mapping[str, Sentence]] = {
    "tables": sentence("tables"),
    PLANS: sentence("user plans"),
    USER_NAMES: sentence("user names"),
    FINDINGS: sentence("findings"),
    WAIVERS: sentence("waivers"),
    "documents": sentence("documents"),
    "attachments": sentence("attachments"),
    "templates": sentence("templates"),
    "customer-service": sentence("files of Customer Service"),
}
"""What areas are called; the stage of a partner by its own name."""


class Compare(CoreCommand):
    """Both signatures are verified first. Exit code 1: something differs that time alone does not explain."""

    examples = ("omt compare test/receipt.json live/receipt.json",)

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "receipts",
            type=Path,
            nargs="*",
            metavar="RECEIPT",
            help="the earlier receipt.json and the later one, or their folders; without them the last test of the"
            " workspace and what took its place",
        )
        add_workspace(parser)

    @override
    async def run(self, call: Invocation) -> int:
        before, after = _receipts(call)
        found = await compare(call.app.engine, before, after, Surroundings(call.app.engine.events))
        _show(call, found)
        return call.console.finish(
            ExitCode.FINDINGS if found.unexplained else ExitCode.DONE,
            kind=found.after.kind,
            unexplained=found.unexplained,
            decisions_compared=found.decided,
            before=asdict(found.before),
            after=asdict(found.after),
            areas=[asdict(area) for area in found.areas],
        )


def _receipts(call: Invocation) -> tuple[Path, Path]:
    given: list[Path] = call.options.receipts
    if len(given) == _TWO:
        before, after = (one / RECEIPT_FILE if one.is_dir() else one for one in given)
        return before, after
    if given:
        raise USAGE.error(
            sentence("This command needs two receipts, or none."), remedy=sentence("See `omt compare --help`.")
        )
    folder = existing(workspace_of(call))
    for kind in (MigrationKind.LIVE, MigrationKind.TEST):
        pair = kept_pair(folder, kind)
        if pair is not None:
            return pair
    raise NOTHING_TO_COMPARE.error(
        sentence("The workspace {folder} keeps no two migrations that could be compared.", folder=folder)
    )


def _show(call: Invocation, found: Comparison) -> None:
    console = call.console
    console.print(sentence("Before: {side}", side=_side(found.before)))
    console.print(sentence("After:  {side}", side=_side(found.after)))
    for side in (found.before, found.after):
        if not side.origin_proven:
            console.print(
                sentence(
                    "NOTICE  No key but its own was there to check the receipt of {time} with.",
                    time=local_time(datetime.fromisoformat(side.completed)),
                )
            )
    if not found.decided:
        console.print(
            sentence("Plans, user names and findings are kept beside the receipts of a workspace only: not compared.")
        )
    for area in found.areas:
        _show_area(console, area, [one for one in found.differences if one.area == area.area])
    if found.unexplained:
        console.print(
            plural(
                found.unexplained,
                "{number:,} difference that time alone does not explain.",
                "{number:,} differences that time alone does not explain.",
            )
        )
    else:
        console.print(
            sentence("Nothing is gone or decided otherwise: the second migration is as the first, or has more.")
        )


def _show_area(console: Console, area: AreaComparison, differences: list[Difference]) -> None:
    told = sentence(
        "{area}: {equal:,} equal, {new:,} new, {gone:,} gone, {different:,} different",
        area=_AREAS.get(area.area, area.area), equal=area.equal, new=area.new, gone=area.gone,
        different=area.different,
    )  # fmt: skip
    if area.unexplained:
        told = sentence("{counts}; look at {number:,}", counts=told, number=area.unexplained)
    console.print(told)
    for one in sorted(differences, key=lambda one: one.by_time)[:_SHOWN]:
        values = console.told(joined((value for value in (one.before, one.after) if value), " -> "))
        mark = " " if one.by_time else "!"
        change = console.told(_CHANGES[one.change])
        console.print(f"  {mark} {change:<9} {one.name}" + (f" ({values})" if values else ""))
    for one in differences:
        console.object("difference", asdict(one))
    if len(differences) > _SHOWN:
        console.print(sentence("    and {number:,} more; --json lists them", number=len(differences) - _SHOWN))


def _side(side: ReceiptSide) -> str:
    return sentence(
        "{kind} of {owner}, serial {serial}, completed {time}",
        kind=KINDS[side.kind], owner=side.owner, serial=side.serial,
        time=local_time(datetime.fromisoformat(side.completed)),
    )  # fmt: skip
