"""What the tool finds and refuses is said in the page's language, with the names and numbers of the case."""

from __future__ import annotations

import json

from playwright.sync_api import Route, expect

from tests.browser.person import Person

WORDS = {
    "{server} has {size:,} tables{more} ({minutes:g} min).": (
        "Auf {server} sind {size:,} Tabellen{more} ({minutes:g} min)."
    ),
    " and {name}": " sowie {name}",
    "Connect it.": "Verbinden Sie ihn.",
}
ERROR = {
    "code": "database-unreachable",
    "message": "<b>SQL</b> {size} has 1,200 tables and Connect it. (0.5 min).",
    "template": "{server} has {size:,} tables{more} ({minutes:g} min).",
    "parameters": {
        "server": "<b>SQL</b> {size}",
        "size": 1200,
        "minutes": 0.5,
        "more": {"text": " and Connect it.", "template": " and {name}", "parameters": {"name": "Connect it."}},
    },
    "remedy": "Connect it.",
    "remedy_template": "Connect it.",
    "remedy_parameters": {},
}


def test_an_error_is_said_in_the_language_that_is_chosen_and_again_in_another(person: Person) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=500, body=json.dumps({"error": ERROR}), content_type="application/json")

    def translate(route: Route) -> None:
        route.fulfill(body=json.dumps(WORDS), content_type="application/json")

    person.complaints.allow(r"status of 500")
    person.page.route("**/api/start", refuse)
    person.page.route("**/api/words/de", translate)
    person.page.get_by_role("button", name="Start").click()
    expect(
        person.page.get_by_text("<b>SQL</b> {size} has 1,200 tables and Connect it. (0.5 min).").first
    ).to_be_visible()
    person.page.locator("select").select_option(label="Deutsch")
    expect(person.page.locator("html")).to_have_attribute("lang", "de")
    person.page.get_by_role("button", name="Starten").click()
    expect(
        person.page.get_by_text("Auf <b>SQL</b> {size} sind 1.200 Tabellen sowie Connect it. (0,5 min).").first
    ).to_be_visible()
    expect(person.page.get_by_text("Verbinden Sie ihn.").first).to_be_visible()
