"""`omt help` says what a remedy promises: every topic that one names is there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from omt_core.cli.command import CORE_COMMANDS
from omt_core.cli.command.help import find_topic
from omt_core.cli.main import main

ROOT = Path(__file__).parents[3]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every text of the source that is no docstring."""
    for folder in ("omt_core", "plugins"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
                    yield file, node.value


def test_no_text_for_a_person_names_a_file_of_the_repository() -> None:
    assert not [(file.name, text) for file, text in texts() if re.search(r"docs/[\w/]+\.md|DESIGN|CONTRACT", text)]


def test_every_topic_that_a_text_names_is_there() -> None:
    named = {topic for _, text in texts() for topic in re.findall(r"`omt help ([a-z][\w -]*)`", text)}
    assert {"answers", "settings", "open-the-network", "protocol"} <= named
    assert not [topic for topic in named if find_topic(topic) is None]


@pytest.mark.parametrize("name", [*CORE_COMMANDS, "demo", "tenant serve", "omt verify"])
def test_a_command_is_a_topic(name: str) -> None:
    page = find_topic(name)
    assert page is not None
    assert page.title == f"omt {name.removeprefix('omt ')}"
    assert "```" in page.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["answers"], "accept_agreement = true"),
        (["plugins"], "## omt plugins order"),
        (["tree-incomplete"], "## What it means"),
        (["role-not-held"], "What to do: "),
        ([], "answers"),
    ],
)
def test_a_person_reads_what_they_asked_for(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    assert main(["help", *words]) == 0
    assert told in capsys.readouterr().out


def test_the_list_of_topics_says_in_the_readers_language_how_to_read_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "help"]) == 0
    assert capsys.readouterr().out.startswith("`omt help TOPIC` zeigt eine dieser Seiten auf Englisch")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("role-not-held", "Siehe `omt plugins`, oder nennen Sie in den Einstellungen core.roles ein anderes Plugin."),
        ("document-empty", "Die Datei eines Dokuments hat keinen Inhalt. Sie wird so übertragen, wie sie ist."),
    ],
)
def test_what_a_code_means_is_said_in_the_readers_language_before_its_page(
    capsys: pytest.CaptureFixture[str], code: str, said: str
) -> None:
    assert main(["--language", "de", "help", code]) == 0
    told, _, page = capsys.readouterr().out.partition("\n\n")
    assert said in told.splitlines()
    assert code in page


def test_a_program_gets_a_page_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "answers", "--json"]) == 0
    page, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert (page["event"], page["name"], result["exit_code"]) == ("page", "reference/answers", 0)
    assert page["text"].startswith("# The answers file")


def test_what_is_no_topic_is_told_with_what_may_have_been_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "anwsers"]) == 2
    assert "There is no help on 'anwsers'. Did you mean answers?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("topic", "guess"), [("chek", "check"), ("tree-incomplet", "tree-incomplete"), ("demoo", "demo")]
)
def test_a_topic_that_is_mistyped_gets_the_command_or_code_that_may_have_been_meant(
    capsys: pytest.CaptureFixture[str], topic: str, guess: str
) -> None:
    assert main(["help", topic]) == 2
    assert f"Did you mean {guess}?" in capsys.readouterr().err
