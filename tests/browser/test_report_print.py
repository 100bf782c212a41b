"""The report on paper: an A4 page is as narrow as a phone's screen, and is none."""

from __future__ import annotations

from importlib import resources

from playwright.sync_api import expect

from tests.browser.conftest import NewPerson

TABLE = (
    '<main><section><table class="stacks figures"><thead><tr><th>Part</th><th>Files</th></tr></thead>'
    '<tbody><tr><th scope="row">Documents</th><td data-label="Files">7</td></tr></tbody></table></section></main>'
)
A4_PIXELS = 718
"""A4 without its margins, at 96 pixels an inch."""


def test_tables_of_the_report_stay_tables_on_paper(new_person: NewPerson) -> None:
    page = new_person(viewport={"width": A4_PIXELS, "height": 1000}).page
    style = resources.files("omt_report").joinpath("templates/report.css").read_text(encoding="utf-8")
    page.set_content(f"<style>{style}</style>{TABLE}")
    cell = page.get_by_text("7", exact=True)
    expect(cell).to_have_css("display", "grid")
    page.emulate_media(media="print")
    expect(cell).to_have_css("display", "table-cell")
    heading = page.get_by_text("Files", exact=True).bounding_box()
    assert heading is not None
    assert heading["height"] > 5
