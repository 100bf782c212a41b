"""A page as HTML: its links lead on, and nothing in it is obeyed as markup."""

from __future__ import annotations

import re

import pytest

from omt_core.documentation import Page, all_names, read_page
from omt_core.documentation.rendering import as_html


def served(name: str) -> str | None:
    return f"/here/{name}.html" if read_page(name) else None


def test_html_within_a_page_is_text() -> None:
    html = as_html(
        Page("x", "# A\n\n<script>alert(1)</script>\n\n<img src=x onerror=y> [x](javascript:alert(1))"), served
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "href=" not in html


def test_links_lead_to_the_other_pages_and_their_headings() -> None:
    text = "[a](../reference/cli.md#omt-check) [b](thaw.md) [c](#here) [d](https://example.org/)"
    html = as_html(Page("how-to/x", text), served)
    found = re.findall('href="([^"]*)"', html)
    assert found == ["/here/reference/cli.html#omt-check", "/here/how-to/thaw.html", "#here", "https://example.org/"]


def test_what_is_not_served_is_no_link() -> None:
    html = as_html(Page("how-to/x", "[the test](../../tests/x.py) and ![The page](../wizard/a.png)"), served)
    assert "<a" not in html
    assert "<img" not in html
    assert "the test" in html
    assert "[The page]" in html


def test_a_row_of_a_code_and_a_heading_can_be_named_in_a_link() -> None:
    html = as_html(Page("x", "## Exit codes\n\n| a | b |\n|---|---|\n| `database-away` | it is away |\n"), served)
    assert '<h2 id="exit-codes">' in html
    assert '<tr id="database-away">' in html


@pytest.mark.parametrize("name", [name for name in all_names() if "findings/" not in name])
def test_every_page_becomes_html_with_no_link_to_nowhere(name: str) -> None:
    page = read_page(name)
    assert page is not None
    html = as_html(page, served)
    assert "<h1" in html
    assert not re.findall(r'href="(?!/here/|#|https?:|mailto:)[^"]*"', html)
