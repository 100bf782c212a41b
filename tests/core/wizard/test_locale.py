"""Each language of the page says the same as English, in its own words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import omt_core.wizard

STATIC = Path(omt_core.wizard.__file__).parent / "static"
CATALOGUES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((STATIC / "locale").glob("*.json"))}
TEXTS: dict[str, dict[str, str]] = {code: json.loads(text) for code, text in CATALOGUES.items()}
ENGLISH = TEXTS["en"]
TRANSLATED = sorted(TEXTS.keys() - {"en"})
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.rglob("*.js")))

PLACEHOLDER = re.compile(r"\{\w+\}")
WORD = re.compile(r"[^\W\d_]{2,}")
ENDING = re.compile(r"[.:?!)]*$")
OFFERED = re.compile(r'\{ code: "(\w+)", name: "\w+" \}')
COUNT = re.compile(r"\.(?:one|other)$")
ASKED = re.compile(r"""\bt\(\s*"([^"]+)\"""")
COUNTED = re.compile(r"""\btn\(\s*"([^"]+)\"""")
QUOTED = re.compile(r'"([a-z][\w-]*(?:\.[\w-]+)+)"')

STEMS = {COUNT.sub("", key) for key in ENGLISH}
"""The keys as scripts name them: of a counted text, without its form."""

NO_TEXTS = {"installation.archives"}
"""What scripts name that looks like a key: a field of the answers."""

MADE_BY_SCRIPTS = (
    "busy.",
    "comparison.",
    "machines.",
    "confirm.agreement",
    "confirm.contact",
    "confirm.kind",
    "confirm.live.",
    "confirm.test.",
    "dbms.",
    "evidence.",
    "installation.group.",
    "installation.hint.",
    "notice.",
    "recovery.missing.",
    "recovery.overwrite-test.",
    "right.",
    "setting.",
    "settings.plugin.",
    "support.member.",
    "shell.step.",
    "step.",
    "upload.analysing.",
    "upload.stage.",
    "users.findings.",
    "users.saving.",
    "users.severity.",
    "welcome.moved.",
    "welcome.needed.",
    "welcome.steps.",
)
"""How the keys begin that a script puts together from a name, most of them names that the tool gives."""

KEPT_WORDS = (
    "SuperOffice",
    "SuperID",
    "SO_ARC",
    "CRM Online",
    "Customer Service",
    "SQLite",
    "ODBC",
    "CSV",
    "JSON",
    "UTF-8",
)
"""Names that are the same in each language, wherever English has them."""

LIKE_ENGLISH = {
    "complete.report-csv",
    "complete.report-html",
    "complete.report-json",
    "dbms.mssql",
    "dbms.oracle",
    "dbms.postgresql",
    "dbms.sqlite",
    "dialog.ok",
    "installation.group.crm",
    "installation.group.online",
    "installation.group.service",
    "upload.gigabytes-per-second",
    "upload.kilobytes-per-second",
    "upload.megabytes-per-second",
    "upload.stage.customer-service",
    "users.filter",
    "users.ok",
    "welcome.moved.service.what",
}
"""Names of products and formats, units, and the words that are the same in all six languages."""

ALSO_LIKE_ENGLISH = {
    "da": {
        "checklist.problems.one",  # {count} problem
        "checklist.upload",  # Upload
        "checks.plugin",  # Plugin
        "checks.version",  # Version
        "complete.download",  # Download
        "confirm.email",  # E-mail
        "login.tenant",  # Tenant
        "login.version",  # Version
        "notice.info",  # Information
        "step.login",  # Login
        "step.upload",  # Upload
        "upload.pause",  # Pause
        "upload.stage.database",  # Database
        "upload.start",  # Upload
        "upload.title",  # Upload
        "userNames.column.id",  # Id
        "userNames.column.problem",  # Problem
        "userNames.sign.problem",  # Problem
        "users.administrator",  # Administrator
        "welcome.moved.database.what",  # Database.
        "welcome.start",  # Start
    },
    "de": {
        "checks.plugin",  # Plugin
        "checks.version",  # Version
        "error.code",  # Code: {code}
        "field.optional",  # optional
        "left-behind.name",  # Name
        "login.version",  # Version
        "notice.info",  # Information
        "step.upload",  # Upload
        "upload.title",  # Upload
        "userNames.column.problem",  # Problem
        "userNames.sign.problem",  # Problem
        "users.administrator",  # Administrator
    },
    "nl": {
        "confirm.checklist",  # Checklist
        "confirm.contact",  # Contact
        "confirm.email",  # E-mail
        "error.code",  # Code: {code}
        "login.tenant",  # Tenant
        "step.checklist",  # Checklist
        "step.upload",  # Upload
        "upload.items",  # Items
        "upload.stage.database",  # Database
        "upload.title",  # Upload
        "userNames.column.id",  # Id
        "welcome.moved.database.what",  # Database.
    },
    "no": {
        "checklist.problems.one",  # {count} problem
        "login.tenant",  # Tenant
        "plans.column.full",  # Full
        "upload.pause",  # Pause
        "upload.stage.database",  # Database
        "userNames.column.id",  # Id
        "userNames.column.problem",  # Problem
        "userNames.sign.problem",  # Problem
        "users.administrator",  # Administrator
        "welcome.moved.database.what",  # Database.
        "welcome.start",  # Start
    },
    "sv": {
        "checklist.problems.one",  # {count} problem
        "checks.version",  # Version
        "login.tenant",  # Tenant
        "login.version",  # Version
        "notice.info",  # Information
        "plans.column.full",  # Full
        "userNames.column.id",  # Id
        "userNames.column.problem",  # Problem
        "userNames.sign.problem",  # Problem
    },
}
"""What one language writes as English does, because it has the same word."""


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_every_language_that_can_be_chosen_has_a_catalogue_and_no_other_has() -> None:
    assert sorted(OFFERED.findall(SCRIPTS)) == sorted(CATALOGUES)


@pytest.mark.parametrize("code", CATALOGUES)
def test_a_catalogue_is_sorted_and_has_each_key_once(code: str) -> None:
    in_order = dict(sorted(TEXTS[code].items()))
    assert CATALOGUES[code].splitlines() == json.dumps(in_order, indent=2, ensure_ascii=False).splitlines()


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_language_has_the_texts_that_english_has_and_no_other(code: str) -> None:
    assert TEXTS[code].keys() - ENGLISH.keys() == set()
    assert ENGLISH.keys() - TEXTS[code].keys() == set()


@pytest.mark.parametrize("code", CATALOGUES)
def test_no_text_is_empty_or_begins_or_ends_with_a_blank(code: str) -> None:
    assert [key for key, text in TEXTS[code].items() if not text.strip() or text != " ".join(text.split())] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_text_fills_in_what_the_english_one_fills_in(code: str) -> None:
    assert [key for key, text in TEXTS[code].items() if placeholders(text) != placeholders(ENGLISH[key])] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_text_ends_as_the_english_one_does(code: str) -> None:
    different = [key for key, text in TEXTS[code].items() if ENDING.findall(text) != ENDING.findall(ENGLISH[key])]
    assert different == [], "a sentence stays a sentence, a question a question, a label a label"


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("word", KEPT_WORDS)
def test_names_stay_as_they_are(code: str, word: str) -> None:
    assert [key for key, text in TEXTS[code].items() if word in ENGLISH[key] and word not in text] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_text_was_left_in_english(code: str) -> None:
    has_words = {key for key, text in ENGLISH.items() if WORD.search(PLACEHOLDER.sub("", text))}
    alike = {key for key in has_words if TEXTS[code][key] == ENGLISH[key]}
    allowed = LIKE_ENGLISH | ALSO_LIKE_ENGLISH.get(code, set())
    assert alike - allowed == set()
    assert ALSO_LIKE_ENGLISH.get(code, set()) - alike == set(), "the list names no text that has been translated"


@pytest.mark.parametrize("code", CATALOGUES)
def test_a_counted_text_has_both_forms(code: str) -> None:
    counted = COUNTED.findall(SCRIPTS)
    assert counted
    assert [key for key in counted for form in ("one", "other") if f"{key}.{form}" not in TEXTS[code]] == []


def test_every_text_that_a_script_names_is_there() -> None:
    parts = {key.split(".")[0] for key in ENGLISH}
    named = {key for key in QUOTED.findall(SCRIPTS) if key.split(".")[0] in parts} | set(ASKED.findall(SCRIPTS))
    assert named - ENGLISH.keys() - STEMS - NO_TEXTS == set()


def test_no_text_is_there_that_no_script_asks_for() -> None:
    named = set(QUOTED.findall(SCRIPTS))
    unused = [key for key in ENGLISH if key not in named and COUNT.sub("", key) not in named]
    assert [key for key in unused if not key.startswith(MADE_BY_SCRIPTS)] == []


def test_every_beginning_that_a_script_completes_has_a_text() -> None:
    assert [start for start in MADE_BY_SCRIPTS if not any(key.startswith(start) for key in ENGLISH)] == []
