"""A person finds the page that they mean, without a network."""

from __future__ import annotations

import pytest

from omt_core.documentation import all_names, find_page, read_page


def test_the_tool_brings_its_whole_documentation() -> None:
    names = all_names()
    assert {"index", "how-to/run-a-migration", "reference/answers", "reference/errors"} <= set(names)
    assert "reference/findings/archive-root-missing" in names


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("answers", "reference/answers"),
        ("reference/answers.md", "reference/answers"),
        ("archive-root-missing", "reference/findings/archive-root-missing"),
        ("findings", "reference/findings/index"),
        ("Thaw", "how-to/thaw"),
        ("index", "index"),
    ],
)
def test_a_topic_leads_to_its_page(topic: str, name: str) -> None:
    page = find_page(topic)
    assert page is not None
    assert page.name == name


@pytest.mark.parametrize("topic", ["", "/", "no-such-thing", "nswers", "../pyproject"])
def test_what_is_no_topic_leads_nowhere(topic: str) -> None:
    assert find_page(topic) is None


@pytest.mark.parametrize("name", ["../pyproject", "../../etc/passwd", "/etc/passwd", "reference", "how-to/../index"])
def test_no_name_leads_out_of_the_documentation(name: str) -> None:
    assert read_page(name) is None


def test_a_page_has_its_title_and_no_remarks_for_authors() -> None:
    page = read_page("reference/errors")
    assert page is not None
    assert page.title == "Errors and exit codes"
    assert "<!--" not in page.text
