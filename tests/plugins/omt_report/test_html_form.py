from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from omt_core.api import language as languages
from omt_core.api import sentence
from omt_core.api.decisions import Decisions, MigrationKind, Waiver
from omt_core.api.events import SendingMachine, SendingState
from omt_core.api.findings import Finding, Severity
from omt_core.api.items import ItemState
from omt_core.api.reporting import ReportSection
from omt_core.api.stages import StageTotals

HOSTILE = "<script>alert(1)</script>\"'&{{ 7*7 }}\u202egpj.exe\x00\x07\udc80"
VOID = {"meta", "br", "link", "input", "img"}


class Page(HTMLParser):
    """Reads a page strictly enough to notice what a hostile text could break."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"td", "th"}:
            self.text += " "
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def read(content: bytes) -> Page:
    page = Page(content)
    assert page.open == []
    return page


def test_machines_that_sent_have_a_table_and_their_names_are_text(render: Any, sample: Any) -> None:
    assert "Machines that sent" not in read(render(sample, "html")).text
    heard = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
    machines = tuple(
        SendingMachine(name=name, state=SendingState.WAITING, items=1_200, sent_bytes=2048, heard=heard)
        for name in ("oslo-1", HOSTILE)
    )
    page = read(render(replace(sample, machines=machines), "html"))
    text = " ".join(page.text.split())
    assert "Machines that sent" in text
    assert "oslo-1 1,200 2.0 KB 2026-11-30" in text
    assert "<script>alert(1)</script>" in text
    assert "script" not in {tag for tag, _ in page.tags}


def test_the_page_says_what_was_moved_left_behind_and_changed(render: Any, sample: Any) -> None:
    text = " ".join(read(render(sample, "html")).text.split())
    for expected in (
        "Nordlys Æventyr AS", "Serial number 1234567890", "Live migration to CRM Online",
        "The migration is complete. 3 files were left behind.",
        "Missing on site 2 items document-file-missing", "Put the files back, then run the tool again.",
        "Tilbud 2.docx", "/SO_ARC/HH/2018.2/Tilbud 2.docx", "Left out 1 item file-orphan",
        "plans assigned 2", "e-mail addresses removed from other persons 1",
        "HH SalesPREM h.h@example.com", "XX none, cannot log in –", "waived by the migrator", "2 cases",
        "02:05:00", "9.8 KB/s", "complete cut short", "archive 1.0", str(Path("/workspace/receipt.json")), "frozen",
    ):  # fmt: skip
        assert expected in text


def test_the_page_runs_no_script_and_asks_for_nothing_from_outside(render: Any, sample: Any) -> None:
    content = render(sample, "html")
    page = read(content)
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "a", "base"} == set()
    attributes = {name for _, attributes in page.tags for name in attributes}
    assert {name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}} == set()
    assert b"url(" not in content
    assert b"@import" not in content


def test_its_policy_allows_exactly_its_own_style(render: Any, sample: Any) -> None:
    content = render(sample, "html").decode()
    style = re.search(r"<style>(.*?)</style>", content, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(
        a["content"] for t, a in read(content.encode()).tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_hostile_texts_are_shown_and_do_nothing(render: Any, make_record: Any, make_missing: Any, sample: Any) -> None:
    record = make_record(
        [make_missing(1, key=HOSTILE, name=HOSTILE, detail=HOSTILE, candidates=(HOSTILE,), reason=HOSTILE)],
        licence=replace(sample.licence, owner=HOSTILE, serial=HOSTILE, version=HOSTILE),
        decisions=Decisions(
            plans={HOSTILE: HOSTILE},
            user_names={HOSTILE: HOSTILE},
            waivers=(Waiver(names=HOSTILE, reason=HOSTILE),),
        ),
        findings=(
            Finding(
                code=HOSTILE, severity=Severity.ERROR, plugin=HOSTILE, subjects=(HOSTILE,), message=HOSTILE,
                remedy=HOSTILE,
            ),
        ),
        plugins={HOSTILE: HOSTILE},
        stage_titles={"documents": HOSTILE},
        changes_online={HOSTILE: 1},
    )  # fmt: skip
    section = ReportSection(title=HOSTILE, columns=(HOSTILE,), rows=((HOSTILE, HOSTILE),))
    content = render(record, "html", sections=[section])
    page = read(content)
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("<script>alert(1)</script>\"'&{{ 7*7 }}\\u202egpj.exe\\u0000\\u0007\\udc80") > 15
    assert b"\x00" not in content


def test_of_each_kind_the_first_are_listed_and_the_rest_counted(
    render: Any, make_record: Any, make_missing: Any
) -> None:
    content = render(make_record([make_missing(n) for n in range(7)]), "html", shown=5)
    text = read(content).text
    assert text.count("no such file in any archive") == 5
    assert "The first 5 of 7." in text


def test_each_reason_is_a_kind_of_its_own_and_the_worst_come_first(
    render: Any, make_record: Any, make_item: Any
) -> None:
    items = [
        make_item(1, ItemState.SKIPPED, reason="file-orphan"),
        make_item(2, ItemState.MISSING, reason="document-file-missing"),
        make_item(3, ItemState.FAILED, reason="file-unreadable"),
        make_item(4, ItemState.MISSING, reason="document-name-blank"),
        make_item(5, ItemState.PENDING),
    ]
    text = " ".join(read(render(make_record(items, findings=()), "html")).text.split())
    titles = [
        "Could not be moved 1 item file-unreadable", "Not sent yet 1 item",
        "Missing on site 1 item document-file-missing", "Missing on site 1 item document-name-blank",
        "Left out 1 item file-orphan",
    ]  # fmt: skip
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert "Run the same command again: it goes on where it stopped." in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "The migration is complete. Everything was moved and verified."),
        ({"receipt": None}, "The migration is not finished."),
        (
            {"kind": MigrationKind.TEST, "decisions": Decisions(kind=MigrationKind.TEST)},
            "The test migration is complete. Everything was moved and verified.",
        ),
        (
            {"totals": {"documents": StageTotals(stage="documents", items=2, confirmed_items=1, failed=1)}},
            "The migration is complete, but some files are not confirmed yet.",
        ),
        (
            {"totals": {"documents": StageTotals(stage="documents", items=2, confirmed_items=1)}},
            "The migration is complete, but some files are not confirmed yet.",
        ),
        (
            {"totals": {"documents": StageTotals(stage="documents", items=2, confirmed_items=1, missing=1)}},
            "The migration is complete. 1 file was left behind.",
        ),
    ],
)
def test_the_outcome_is_one_plain_sentence(
    render: Any, make_record: Any, make_item: Any, changes: dict[str, Any], sentence: str
) -> None:
    assert sentence in read(render(make_record([make_item(1)], **changes), "html")).text


def test_a_live_migration_that_was_refused_leaves_the_report_that_of_the_test(
    render: Any, make_record: Any, make_item: Any
) -> None:
    record = make_record([make_item(1)], kind=MigrationKind.TEST, decisions=Decisions(kind=MigrationKind.LIVE))
    text = read(render(record, "html")).text
    assert "Test migration to CRM Online" in text
    assert "The test migration is complete. Everything was moved and verified." in text
    assert "A live migration was asked for since and has not begun: nothing of it is online." in text
    for untrue in ("Live migration to CRM Online", "accept it there", "Tell your users", "Keep users out"):
        assert untrue not in text
    told = json.loads(render(record, "json"))
    assert (told["kind"], told["asked_kind"], told["completed"]) == ("test", "live", True)


def test_a_migration_that_replaces_a_test_and_was_cut_short_is_not_complete(
    render: Any, make_record: Any, make_item: Any
) -> None:
    text = read(render(make_record([make_item(1)], replacing=True), "html")).text
    assert "The migration is not finished." in text
    assert "accept it there" not in text


def test_what_the_last_run_sent_is_told_only_where_there_was_one(render: Any, sample: Any) -> None:
    assert "There before" in read(render(sample, "html")).text
    later = {stage: replace(totals, sent_items=0) for stage, totals in sample.totals.items()}
    assert "There before" not in read(render(replace(sample, totals=later), "html")).text


def test_an_unfinished_frozen_migration_says_how_to_go_on_and_how_to_thaw(render: Any, sample: Any) -> None:
    text = read(render(replace(sample, receipt=None), "html")).text
    assert "Run the same command again." in text
    assert "omt thaw" in text
    assert "accept it there" not in text


def test_a_report_before_anything_happened_is_a_whole_page(render: Any, make_record: Any) -> None:
    record = make_record(
        [], licence=None, runs=(), totals={}, findings=(), plugins={}, receipt=None, changes_online={},
        decisions=Decisions(),
    )  # fmt: skip
    assert "Nothing has been moved yet." in read(render(record, "html")).text


def test_the_migrators_own_address_and_number_are_not_told(render: Any, sample: Any) -> None:
    for form in ("html", "csv", "json"):
        content = render(sample, form)
        for secret in (b"migrator@example.com", b"+47 22 00 00 00", b"boss@example.com"):
            assert secret not in content


def test_the_page_is_in_the_language_that_is_asked_for(
    render: Any, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {
        "What to do next": "Was als Nächstes zu tun ist",
        "Serial number {serial}": "Seriennummer {serial}",
        "Documents": "Dokumente",
        "What was kept": "Was blieb",
        "{number:,} case": "{number:,} Fall",
        "The plan {plan} is full.": "Der Plan {plan} ist voll.",
        "Book seats with `omt`.": "Buchen Sie Plätze mit `omt`.",
        "The migration is not finished.": "Die Migration ist nicht abgeschlossen.",
        "error": "Fehler",
    }
    monkeypatch.setattr(languages, "_catalogue", lambda language: words if language == "no" else {})
    finding = Finding(
        code="plan-full", severity=Severity.ERROR, plugin="plans", subjects=("<b>",),
        message=sentence("The plan {plan} is full.", plan="Error <i> {plan}\udc80"), remedy="Book seats with `omt`.",
    )  # fmt: skip
    section = ReportSection(title=sentence("What was kept"), columns=("Name",), rows=(("x",),), order=1)
    record = make_record([], findings=(finding,), waived=frozenset(), receipt=None)
    content = render(record, "html", sections=(section,), language="no")
    text = " ".join(read(content).text.split())
    for expected in (
        "Was als Nächstes zu tun ist", "Seriennummer 1234567890", "Dokumente", "Was blieb", "1 Fall", "Fehler",
        r"Der Plan Error <i> {plan}\udc80 ist voll.", "Buchen Sie Plätze mit omt.", "Die Migration ist nicht abgeschl",
    ):  # fmt: skip
        assert expected in text
    assert b'<html lang="nb">' in content
    assert "What was moved" in text, "what the catalogue lacks is said in English"
    line = json.loads(render(record, "json", sections=(section,), language="no"))["findings"][0]
    assert line["message"] == "The plan Error <i> {plan}\\udc80 is full."
    assert (line["template"], line["parameters"]) == (
        "The plan {plan} is full.", {"plan": "Error <i> {plan}\\udc80"}
    )  # fmt: skip
