"""Compares two migrations of one installation: what was signed of each, what was decided, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import anyio.to_thread

from omt_core.api.calls import AreaComparison, CompareReceipts, Difference, ReceiptComparison, ReceiptSide
from omt_core.api.context import RunContext
from omt_core.api.findings import Severity
from omt_core.api.plugin import Plugin
from omt_core.api.sentence import joined, sentence
from omt_core.engine.errors import RECEIPT_NOT_GENUINE, RECEIPTS_NOT_COMPARED, RECEIPTS_OF_OTHERS
from omt_core.engine.results.kept import KeptDecisions, KeptFinding, kept_decisions
from omt_core.engine.session import Engine
from omt_core.engine.upload.gone import GoneOfStage

PLANS: Final = "plans"
USER_NAMES: Final = "user-names"
FINDINGS: Final = "findings"
WAIVERS: Final = "waivers"
KEPT_ONLINE: Final = sentence("kept online")
_MOST: Final = 1_000
_SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: sentence("error"),
    Severity.WARNING: sentence("warning"),
    Severity.INFO: sentence("info"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the second migration compares with the first. `decided`: plans, user names and findings were compared too."""

    before: ReceiptSide
    after: ReceiptSide
    areas: tuple[AreaComparison, ...]
    differences: tuple[Difference, ...]
    decided: bool

    @property
    def unexplained(self) -> int:
        """How many differences the time between them does not explain."""
        return sum(area.unexplained for area in self.areas)


async def compare(engine: Engine, before: Path, after: Path, run: RunContext, *, most: int = _MOST) -> Comparison:
    """Compare two migrations by their receipts; at most `most` differences of each kind are listed.

    Raises `FindingsError` `receipt-not-genuine` where one does not hold, `InputError` `receipts-of-others` where they
    are of different installations, `receipts-not-compared` where no plugin knows one, and what reading them raises.
    """
    call = CompareReceipts(before=before, after=after, run=run, most=most)
    answers = await engine.dispatch.every(Plugin.compare_receipts, call)
    if not answers.values:
        why = answers.faults[0].message if answers.faults else sentence("No plugin knows the format of both.")
        raise RECEIPTS_NOT_COMPARED.error(
            sentence("The receipts {before} and {after} cannot be compared: {why}", before=before, after=after, why=why)
        )
    signed = answers.values[0]
    _refuse_false(signed, before, after)
    _refuse_others(signed)
    first = await anyio.to_thread.run_sync(kept_decisions, before)
    second = await anyio.to_thread.run_sync(kept_decisions, after)
    signed = _with_kept(signed, _gone(first), _gone(second))
    parts = [_waivers(signed)]
    if first is not None and second is not None:
        parts += _decided(first, second)
    named = [(area, list(differences)) for area, _, differences in parts]
    counted = [_counted(area, equal, found) for (area, equal, _), (_, found) in zip(parts, named, strict=True)]
    return Comparison(
        before=signed.before,
        after=signed.after,
        areas=(*signed.areas, *counted),
        differences=(*signed.differences, *(one for _, found in named for one in found[:most])),
        decided=first is not None and second is not None,
    )


def _refuse_false(signed: ReceiptComparison, before: Path, after: Path) -> None:
    for side, path in ((signed.before, before), (signed.after, after)):
        if side.faults:
            raise RECEIPT_NOT_GENUINE.error(
                sentence("The receipt {path} is not what was signed: {why}.", path=path, why=side.faults[0])
            )


def _refuse_others(signed: ReceiptComparison) -> None:
    before, after = signed.before, signed.after
    if (before.owner, before.serial) != (after.owner, after.serial):
        raise RECEIPTS_OF_OTHERS.error(
            sentence(
                "The receipts are of different installations: {one}, serial {first}, and {other}, serial {second}.",
                one=before.owner,
                first=before.serial,
                other=after.owner,
                second=after.serial,
            )
        )


def _gone(decisions: KeptDecisions | None) -> Mapping[str, GoneOfStage]:
    return {} if decisions is None else decisions.gone


def _with_kept(
    signed: ReceiptComparison, before: Mapping[str, GoneOfStage], after: Mapping[str, GoneOfStage]
) -> ReceiptComparison:
    """Count as gone what the site lost since: it is online as it was sent, so the receipts alone call it equal."""
    areas: list[AreaComparison] = []
    differences = list(signed.differences)
    for area in signed.areas:
        was, now = (one.get(area.area, GoneOfStage()) for one in (before, after))
        names = [name for name in now.names if name not in set(was.names)]
        lost = min(area.equal, max(len(names), now.kept - was.kept))
        areas.append(
            replace(
                area, equal=area.equal - lost, gone=area.gone + lost, unexplained=area.unexplained + lost
            )
        )  # fmt: skip
        differences += (Difference(area=area.area, change="gone", name=name, after=KEPT_ONLINE) for name in names)
    return replace(signed, areas=tuple(areas), differences=tuple(differences))


_Part = tuple[str, int, Iterable[Difference]]


def _waivers(signed: ReceiptComparison) -> _Part:
    """Compare what was waived: what the first migration did without nobody has accepted. Reasons may differ."""
    first, second = ({one.partition(": ")[0] for one in side.waivers} for side in (signed.before, signed.after))
    found = [
        *(Difference(area=WAIVERS, change="new", name=one) for one in sorted(second - first)),
        *(Difference(area=WAIVERS, change="gone", name=one, by_time=True) for one in sorted(first - second)),
    ]
    return WAIVERS, len(first & second), found


def _decided(before: KeptDecisions, after: KeptDecisions) -> list[_Part]:
    return [
        (PLANS, _alike(before.plans, after.plans), _changed(PLANS, before.plans, after.plans)),
        (
            USER_NAMES,
            _alike(before.user_names, after.user_names),
            _changed(USER_NAMES, before.user_names, after.user_names),
        ),
        (FINDINGS, _alike(before.findings, after.findings), _found(before.findings, after.findings)),
    ]


def _changed(area: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    """Compare by login: a user more is explained by time; one who lost a plan or a name, or has another, is not."""
    for login in sorted(before.keys() | after.keys()):
        was, now = before.get(login, ""), after.get(login, "")
        if login not in before:
            yield Difference(area=area, change="new", name=login, after=now, by_time=True)
        elif login not in after:
            yield Difference(area=area, change="gone", name=login, before=was)
        elif was != now:
            yield Difference(area=area, change="different", name=login, before=was, after=now)


def _found(before: Mapping[str, KeptFinding], after: Mapping[str, KeptFinding]) -> Iterator[Difference]:
    """Compare by code: an error or a warning that is new, or about more, is not explained by time."""
    for code in sorted(before.keys() | after.keys()):
        was, now = before.get(code), after.get(code)
        if was == now:
            continue
        if now is None:
            yield Difference(area=FINDINGS, change="gone", name=code, before=_count(was), by_time=True)
            continue
        harmless = now.severity is Severity.INFO or (was is not None and now.subjects <= was.subjects)
        yield Difference(
            area=FINDINGS,
            change="new" if was is None else "different",
            name=code,
            before=_count(was),
            after=_count(now),
            by_time=harmless,
        )


def _count(finding: KeptFinding | None) -> str:
    if finding is None:
        return ""
    return joined([_SEVERITIES[finding.severity], str(finding.subjects or finding.findings)], ": ")


def _alike(before: Mapping[str, object], after: Mapping[str, object]) -> int:
    return sum(key in after and after[key] == value for key, value in before.items())


def _counted(area: str, equal: int, found: Iterable[Difference]) -> AreaComparison:
    changes = [one.change for one in found]
    return AreaComparison(
        area=area,
        equal=equal,
        new=changes.count("new"),
        gone=changes.count("gone"),
        different=changes.count("different"),
        unexplained=sum(not one.by_time for one in found),
    )
