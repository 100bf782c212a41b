"""`omt plugins` says in the reader's language how each plugin stands, and why one takes no part."""

from __future__ import annotations

import json

import pytest

from omt_core.cli.main import main


def line_of(capsys: pytest.CaptureFixture[str], name: str) -> str:
    return next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{name} "))


def test_a_german_reads_why_a_plugin_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "--plugin", "no_such_module:Plugin", "plugins"]) == 0
    line = line_of(capsys, "no_such_module")
    assert line.split()[1:3] == ["Entwicklung", "defekt"]
    assert "es lässt sich nicht importieren: ModuleNotFoundError" in line


def test_a_german_reads_that_a_plugin_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "--plugin", "json:dumps", "plugins"]) == 0
    assert "ist keine Unterklasse von omt_core.api.Plugin" in line_of(capsys, "json")


def test_a_german_reads_that_a_plugin_is_disabled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "--disable-plugin", "notify", "plugins"]) == 0
    assert line_of(capsys, "notify").split()[2] == "deaktiviert"


def test_a_program_reads_the_same_in_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "de", "--plugin", "no_such_module:Plugin", "plugins", "--json"]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    broken = next(line for line in lines if line.get("name") == "no_such_module")
    assert (broken["version"], broken["state"]) == ("development", "broken")
    assert broken["problem"].startswith("it cannot be imported: ")
    assert broken["problem_template"] == "it cannot be imported: {reason}"
