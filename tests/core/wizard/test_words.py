"""Nobody at the wizard is told to type a command: each remedy names what the page has."""

from __future__ import annotations

import re
from typing import Final

import pytest

from omt_core.api.decisions import Waiver
from omt_core.api.errors import ChoiceNeededError, InputError
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.api.sentence import Sentence, joined, parts_of, sentence
from omt_core.app import compose
from omt_core.engine.findings import confirming_line, reasoned_line
from omt_core.wizard.words import in_wizard, told_error, told_finding, told_text

OF_THE_COMMAND_LINE: Final = re.compile(
    r"--(?!debug|workspace)[a-z]+|`omt (?!help)|same command|answers file|\[install"
)


OF_COMMANDS: Final = {
    "answers-unreadable", "certificate-unreadable", "list-not-writable", "log-not-writable", "metrics-not-writable",
    "no-run-to-limit", "plans-malformed", "plugin-name-taken",
    "plugin-not-added", "receipt-not-genuine", "settings-unreadable", "simulation-exists", "usage", "verify-stage-away",
    "verify-stage-unknown", "wheel-needs-others", "wheel-without-plugin", "workspace-empty",
}  # fmt: skip
"""What no page of the wizard can meet: commands raise it that only the command line has."""


def test_no_remedy_of_a_finding_names_the_command_line() -> None:
    codes = compose().host.codes.values()
    told = {code.code: in_wizard(code.remedy) for code in codes}
    assert {code: words for code, words in told.items() if OF_THE_COMMAND_LINE.search(words)} == {}


def test_no_remedy_of_an_error_that_a_page_can_show_names_the_command_line() -> None:
    told = {code: in_wizard(entry.code.remedy) for code, entry in compose().host.error_codes.items()}
    left = {code for code, words in told.items() if OF_THE_COMMAND_LINE.search(words)}
    assert left <= OF_COMMANDS, left - OF_COMMANDS


@pytest.mark.parametrize(
    ("on_the_command_line", "here"),
    [
        (
            "Make them readable, then run the same command again with --recover missing.",
            'Make them readable, then start the tool again and choose "Upload missing files".',
        ),
        (
            "Run the same command again: it goes on from what was confirmed.",
            "Try again: it goes on from what was confirmed.",
        ),
        (
            "Check user and password in the answers file, section [installation].",
            'Check user and password on the page "Locate the installation".',
        ),
        (
            (
                f"Mend what is named, or waive it by `waive` in the answers file. Each has its reason:"
                f" `{reasoned_line(['a'])}`. What was waived for the test counts when it is confirmed:"
                f" `{confirming_line([Waiver(names='a')])}`. Nothing was changed so far."
            ),
            'Mend what is named, or waive it on the page "Checks". Nothing was changed so far.',
        ),
        ("Connect the share.", "Connect the share."),
        ("Give another --workspace.", "Start the tool with another --workspace."),
        ("Mend it. Name another --workspace.", "Mend it. Start the tool with another --workspace."),
        ("Mend it, or give another --workspace.", "Mend it, or start the tool with another --workspace."),
        ("`omt plugins` shows the hooks.", 'The list of plugins on the page "Checks" shows the hooks.'),
    ],
)
def test_what_a_person_is_told_to_type_is_a_button_or_a_page_here(on_the_command_line: str, here: str) -> None:
    assert in_wizard(on_the_command_line) == here
    told = told_error(InputError("a-code", "It failed.", on_the_command_line))
    assert (told.code, told.message, told.remedy) == ("a-code", "It failed.", here)
    found = Finding(
        code="a-code", severity=Severity.INFO, plugin="p", subjects=(), message="m", remedy=on_the_command_line
    )
    assert told_finding(found).remedy == here


def test_a_sentence_stays_one_so_that_it_can_be_said_in_another_language() -> None:
    told = in_wizard(sentence("Give {grant}, then run the same command again.", grant="SELECT"))
    assert isinstance(told, Sentence)
    assert (told, told.template) == ("Give SELECT, then try again.", "Give {grant}, then try again.")


def test_each_part_of_a_remedy_is_said_in_the_wizards_words_and_stays_a_sentence() -> None:
    error = InputError("a-code", "It failed.", sentence("Run the same command again to go on from there."))
    error.remedy = joined([error.remedy, sentence("`omt thaw` lets the users in again meanwhile.")], " ")
    told = told_error(error)
    assert told.remedy == 'Try again to go on from there. "Let users in again" does so meanwhile.'
    assert [part["template"] for part in told.remedy_parameters.values()] == [
        "Try again to go on from there.", '"Let users in again" does so meanwhile.'
    ]  # fmt: skip


def test_a_part_of_a_remedy_that_only_answers_need_is_left_out_and_the_others_stay_sentences() -> None:
    parts = [
        sentence("Mend what is named, or waive it by `waive` in the answers file."),
        sentence("Each has its reason: `{line}`.", line=reasoned_line(["a"])),
        sentence("Nothing was changed so far."),
    ]
    told = in_wizard(joined(parts, " "))
    assert told == 'Mend what is named, or waive it on the page "Checks". Nothing was changed so far.'
    assert parts_of(told) is not None


def test_a_name_that_reads_like_a_command_stays() -> None:
    assert in_wizard(sentence("{file} is gone.", file="run the check again")) == "run the check again is gone."


def test_an_error_that_offers_choices_is_said_too_and_as_a_sentence() -> None:
    error = ChoiceNeededError(
        "c", sentence("{who} must choose.", who="You"), sentence("run the check again"), choices=("a",)
    )
    told = told_error(error)
    assert (told.message, told.template, told.remedy_template) == (
        "You must choose.", "{who} must choose.", "run the checks again"
    )  # fmt: skip


def test_a_finding_says_how_the_wizards_own_words_of_it_are_made() -> None:
    code = FindingCode(code="odd", severity=Severity.INFO, plugin="p", meaning="m", remedy="r")
    told = told_finding(code.finding(sentence("{who}, run the check again.", who="A")))
    assert (told.message, told.template) == ("A, run the checks again.", "{who}, run the checks again.")


def test_a_text_is_told_with_what_it_was_made_from_beside_it() -> None:
    said = sentence("Sent {size:,} bytes.", size=1200)
    assert told_text("message", said) == {
        "message": "Sent 1,200 bytes.",
        "template": "Sent {size:,} bytes.",
        "parameters": {"size": 1200},
    }
    assert told_text("detail", "as it is") == {
        "detail": "as it is",
        "detail_template": None,
        "detail_parameters": {},
    }
