"""What the tool says is said in a person's language as far as a catalogue has it, else in English."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omt_core.api import Language, byte_size, joined, listing, local_time, quantity, sentence, translated
from omt_core.api import language as languages


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[object], None]]:
    """Take the place of all German catalogues."""

    def put(content: object) -> None:
        (tmp_path / "de.json").write_text(json.dumps(content), "utf-8")
        languages._catalogue.cache_clear()

    monkeypatch.setattr(languages, "_folders", lambda: iter([tmp_path]))
    languages._catalogue.cache_clear()
    yield put
    languages._catalogue.cache_clear()


def test_a_sentence_is_said_with_whatever_sentences_are_in_it(catalogue: Callable[[object], None]) -> None:
    catalogue({
        "{user} has {amount} in {folder}.": "{folder} enthält {amount} von {user}.",
        "{number:,} files": "{number:,} Dateien",
        "{names} and {more:,} more": "{names} und {more:,} weitere",
    })  # fmt: skip
    amount = sentence("{number:,} files", number=1_200)
    said = sentence("{user} has {amount} in {folder}.", user="{number:,} files", amount=amount, folder="C:\\A")
    assert translated(said, "de") == "C:\\A enthält 1.200 Dateien von {number:,} files."
    assert translated(listing(["a", "b", "c"], 1), "de") == "a und 2 weitere"
    assert translated(joined([amount, "x"], "; "), "de") == "1.200 Dateien; x"


@pytest.mark.parametrize(
    ("language", "size", "count", "time"),
    [
        (Language.ENGLISH, "1,234.5 PB", "12,345 files", "%Y-%m-%d %H:%M %z"),
        (Language.GERMAN, "1.234,5 PB", "12.345 Dateien", "%d.%m.%Y %H:%M %z"),
        (Language.DUTCH, "1.234,5 PB", "12.345 bestanden", "%d-%m-%Y %H:%M %z"),
        (Language.SWEDISH, "1\xa0234,5 PB", "12\xa0345 filer", "%Y-%m-%d %H:%M %z"),
        (Language.NORWEGIAN, "1\xa0234,5 PB", "12\xa0345 filer", "%d.%m.%Y %H:%M %z"),
        (Language.DANISH, "1.234,5 PB", "12.345 filer", "%d.%m.%Y %H:%M %z"),
    ],
)
def test_numbers_sizes_and_times_are_written_as_the_language_writes_them(
    language: Language, size: str, count: str, time: str
) -> None:
    moment = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    assert translated(local_time(moment), language) == moment.astimezone().strftime(time)
    assert translated(byte_size(1234.5 * 2**50), language) == size
    assert translated(quantity(12_345, "file"), language) == count
    assert translated(sentence("{name}", name="1,234.5"), language) == "1,234.5"


def test_a_name_is_no_sentence_and_stays(catalogue: Callable[[object], None]) -> None:
    catalogue({"Sales": "Vertrieb", "The plan {plan}.": "Der Plan {plan}."})
    assert translated(sentence("The plan {plan}.", plan="Sales"), "de") == "Der Plan Sales."
    assert translated(sentence("The plan {plan}.", plan=sentence("Sales")), "de") == "Der Plan Vertrieb."


def test_plain_text_is_said_by_itself_where_a_catalogue_has_it(catalogue: Callable[[object], None]) -> None:
    catalogue({"Mend it.": "Beheben Sie es."})
    assert translated("Mend it.", "de") == "Beheben Sie es."
    assert translated("Mend {it}.", "de") == "Mend {it}."


def test_what_no_catalogue_has_is_said_in_english(catalogue: Callable[[object], None]) -> None:
    catalogue({})
    said = sentence("{number} of {name}", number=1_000, name=sentence("none"))
    assert translated(said, "de") == translated(said, "en") == said
    assert translated(said, "zz") == said


@pytest.mark.parametrize("content", [["no catalogue"], {"{a} and {b}": "{a}", "Yes.": 3}, "text", None])
def test_a_catalogue_that_is_wrong_is_as_none(catalogue: Callable[[object], None], content: object) -> None:
    catalogue(content)
    assert translated(sentence("{a} and {b}", a=1, b=2), "de") == "1 and 2"
    assert translated("Yes.", "de") == "Yes."


def test_the_tools_own_catalogues_come_before_those_of_others() -> None:
    folders = list(languages._folders())
    assert folders[0] == Path(languages.__file__).parents[1] / "locale"
    assert {folder.parent.name for folder in folders} >= {"omt_core", "omt_checks", "omt_crm", "omt_folders"}


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("de_AT.UTF-8", Language.GERMAN),
        ("nb-NO", Language.NORWEGIAN),
        ("nn_NO", Language.NORWEGIAN),
        ("sv", Language.SWEDISH),
        ("EN_us", Language.ENGLISH),
        ("C.UTF-8", None),
        ("fr_FR", None),
        ("", None),
    ],
)
def test_a_locale_names_its_language(tag: str, language: Language | None) -> None:
    assert Language.of_tag(tag) is language


def test_the_shell_says_the_language_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(languages, "_display_language", lambda: "da_DK")
    assert Language.of_this_machine() is Language.DANISH
    monkeypatch.setenv("LANG", "nl_NL.UTF-8")
    assert Language.of_this_machine() is Language.DUTCH
    monkeypatch.setenv("LC_ALL", "C")
    assert Language.of_this_machine() is Language.ENGLISH
