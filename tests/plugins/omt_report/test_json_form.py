from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_core.api.reporting import ReportSection
from omt_core.api.sentence import sentence
from omt_report.document import ReportDocument

SECTION = ReportSection(title="Domains", columns=("Domain", "Users"), rows=(("example.com", "2"),))


def test_the_report_matches_the_schema_that_is_generated_from_its_models(render: Any, sample: Any) -> None:
    content = render(sample, "json", sections=[SECTION])
    jsonschema.validate(json.loads(content), ReportDocument.model_json_schema(mode="serialization"))
    document = ReportDocument.model_validate_json(content)
    assert [item.state for item in document.items] == ["confirmed", "confirmed", "missing", "missing", "skipped"]
    assert document.findings[0].waived
    assert document.sections[0].rows == (("example.com", "2"),)


def test_the_same_record_gives_the_same_bytes(render: Any, sample: Any) -> None:
    assert render(sample, "json") == render(sample, "json")
    assert render(sample, "html") == render(sample, "html")


def test_each_item_stands_on_a_line_of_its_own(render: Any, sample: Any) -> None:
    lines = render(sample, "json").decode().splitlines()
    assert len(lines) == 7
    assert json.loads(lines[1].removesuffix(","))["key"] == "person/000001"


def test_what_is_said_of_an_item_stands_in_english_with_what_it_was_made_from(
    render: Any, make_record: Any, make_item: Any, make_missing: Any
) -> None:
    said = sentence("Expected as {path}.", path="C:\\SO_ARC\\1")
    record = make_record([make_missing(1, detail=said), make_missing(2), make_item(3)])
    first, second, third = json.loads(render(record, "json", language="de"))["items"]
    assert first["detail"] == "Expected as C:\\SO_ARC\\1."
    assert first["detail_template"] == "Expected as {path}."
    assert first["detail_parameters"] == {"path": "C:\\SO_ARC\\1"}
    assert "detail_template" not in {*second, *third}


def test_a_report_without_items_is_json_too(render: Any, make_record: Any) -> None:
    assert json.loads(render(make_record([]), "json"))["items"] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec=None)))
def test_any_name_is_told_in_valid_json(render: Any, make_record: Any, make_item: Any, name: str) -> None:
    (item,) = json.loads(render(make_record([make_item(1, name=name)]), "json"))["items"]
    assert item["name"] == name.encode("utf-8", "backslashreplace").decode()
