"""What was decided and found is compared beside what was signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.decisions import MigrationKind
from omt_core.api.errors import OmtError
from omt_core.api.findings import Severity
from omt_core.api.language import translated
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.engine.results.comparison import Comparison, compare
from omt_core.engine.results.kept import KeptDecisions, KeptFinding
from omt_core.engine.session import Surroundings
from omt_core.engine.upload.gone import GoneOfStage
from tests.core.engine.sessions import engine_with

pytestmark = pytest.mark.anyio


def side(**changes: object) -> calls.ReceiptSide:
    said = {"owner": "Firma", "serial": "1", "tenant": "t", "kind": MigrationKind.LIVE, "completed": "2026-01-02",
            "origin_proven": True}  # fmt: skip
    return calls.ReceiptSide(**{**said, **changes})  # type: ignore[arg-type]  # the fields are those of the record


class Knows(Plugin):
    """Knows each receipt."""

    sides: ClassVar[tuple[calls.ReceiptSide, calls.ReceiptSide]] = (side(), side())

    @override
    @hookimpl
    async def compare_receipts(self, call: calls.CompareReceipts) -> Sequence[calls.ReceiptComparison]:
        before, after = self.sides
        return (calls.ReceiptComparison(before=before, after=after),)


class Knowing:
    """Two receipts, each with what was decided beside it."""

    def __init__(self, folder: Path) -> None:
        self.before, self.after = folder / "a" / "receipt.json", folder / "b" / "receipt.json"
        for receipt in (self.before, self.after):
            receipt.parent.mkdir()
            receipt.write_text(str(receipt))

    def decide(
        self, receipt: Path, *, plans: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None,
        findings: Mapping[str, tuple[Severity, int]] | None = None, gone: Mapping[str, GoneOfStage] | None = None,
    ) -> None:  # fmt: skip
        kept = KeptDecisions(
            receipt=hashlib.sha256(receipt.read_bytes()).hexdigest(),
            plans=plans or {},
            gone=gone or {},
            user_names=names or {},
            findings={
                code: KeptFinding(severity=severity, findings=1, subjects=count)
                for code, (severity, count) in (findings or {}).items()
            },
        )
        (receipt.parent / "decisions.json").write_text(kept.model_dump_json())

    async def compared(self, *sides: calls.ReceiptSide) -> Comparison:
        plugin = type("Told", (Knows,), {"sides": sides}) if sides else Knows
        engine = engine_with(online=plugin)
        return await compare(engine, self.before, self.after, Surroundings(engine.events))


@pytest.fixture
def receipts(tmp_path: Path) -> Knowing:
    return Knowing(tmp_path)


async def test_users_who_lost_or_changed_a_plan_or_a_name_are_not_explained_by_time(receipts: Knowing) -> None:
    receipts.decide(receipts.before, plans={"A": "sales", "B": "sales", "C": "sales"}, names={"A": "a@x", "B": "b@x"})
    receipts.decide(receipts.after, plans={"A": "sales", "B": "service", "D": "sales"}, names={"A": "a@x", "B": "c@x"})
    found = await receipts.compared()
    told = {(one.area, one.change, one.name, one.by_time) for one in found.differences}
    assert told == {
        ("plans", "different", "B", False),
        ("plans", "gone", "C", False),
        ("plans", "new", "D", True),
        ("user-names", "different", "B", False),
    }
    assert (found.decided, found.unexplained) == (True, 3)


class Equal(Knows):
    """Knows receipts of two migrations that have the same five documents."""

    @override
    @hookimpl
    async def compare_receipts(self, call: calls.CompareReceipts) -> Sequence[calls.ReceiptComparison]:
        area = calls.AreaComparison(area="documents", equal=5)
        return (calls.ReceiptComparison(before=side(), after=side(), areas=(area,)),)


async def test_what_the_site_lost_since_is_gone_though_it_stays_online(receipts: Knowing) -> None:
    receipts.decide(receipts.before, gone={"documents": GoneOfStage(kept=1, names=("HH/a.doc",))})
    receipts.decide(receipts.after, gone={"documents": GoneOfStage(kept=2, names=("HH/a.doc", "HH/b.doc"))})
    engine = engine_with(online=Equal)
    found = await compare(engine, receipts.before, receipts.after, Surroundings(engine.events))
    (documents,) = (area for area in found.areas if area.area == "documents")
    assert (documents.equal, documents.gone, documents.unexplained) == (4, 1, 1)
    told = [(one.area, one.change, one.name, one.after) for one in found.differences]
    assert told == [("documents", "gone", "HH/b.doc", "kept online")]


async def test_findings_are_compared_by_code(receipts: Knowing) -> None:
    receipts.decide(
        receipts.before,
        findings={"gone-one": (Severity.ERROR, 1), "more": (Severity.WARNING, 1), "fewer": (Severity.WARNING, 9)},
    )
    receipts.decide(
        receipts.after,
        findings={"more": (Severity.WARNING, 2), "fewer": (Severity.WARNING, 3), "told": (Severity.INFO, 5),
                  "bad": (Severity.ERROR, 1)},
    )  # fmt: skip
    found = await receipts.compared()
    assert {(one.name, one.change, one.by_time) for one in found.differences} == {
        ("gone-one", "gone", True),
        ("more", "different", False),
        ("fewer", "different", True),
        ("told", "new", True),
        ("bad", "new", False),
    }
    (more,) = (one for one in found.differences if one.name == "more")
    assert (more.before, more.after) == ("warning: 1", "warning: 2")
    assert translated(more.after, "de") == "Warnung: 2"


async def test_a_waiver_that_the_first_migration_did_without_is_told(receipts: Knowing) -> None:
    before, after = side(waivers=("old", "kept: a reason")), side(waivers=("kept: another reason", "new: because"))
    found = await receipts.compared(before, after)
    assert [(one.name, one.change, one.by_time) for one in found.differences] == [
        ("new", "new", False),
        ("old", "gone", True),
    ]


async def test_without_what_was_decided_the_signed_part_is_compared_and_that_is_said(receipts: Knowing) -> None:
    receipts.decide(receipts.before, plans={"A": "sales"})
    receipts.decide(receipts.after, plans={})
    receipts.after.write_text("another receipt than the decisions are about")
    found = await receipts.compared()
    assert (found.decided, found.differences) == (False, ())


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        (side(), side(faults=("signature: does not fit",)), "receipt-not-genuine", "signature: does not fit"),
        (side(), side(serial="2"), "receipts-of-others", "Firma, serial 1, and Firma, serial 2"),
    ],
)
async def test_what_cannot_be_compared_is_refused(
    receipts: Knowing, before: calls.ReceiptSide, after: calls.ReceiptSide, code: str, words: str
) -> None:
    with pytest.raises(OmtError) as refused:
        await receipts.compared(before, after)
    assert refused.value.code == code
    assert words in refused.value.message


async def test_receipts_that_no_plugin_knows_are_refused(receipts: Knowing) -> None:
    engine = engine_with(online=Plugin)
    with pytest.raises(OmtError) as refused:
        await compare(engine, receipts.before, receipts.after, Surroundings(engine.events))
    assert refused.value.code == "receipts-not-compared"
