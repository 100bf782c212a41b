"""Options of every command may stand anywhere, and start the same program anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import Language
from omt_core.api.errors import InputError
from omt_core.cli.console import Console
from omt_core.cli.line.globals import read_global_options
from omt_core.plugin_host import EventHub


def test_options_are_found_before_and_behind_the_command() -> None:
    words = [
        "--plugin",
        "a:B",
        "tenant",
        "accept",
        "dir",
        "--json",
        "--disable-plugin",
        "checks",
        "--answers",
        "x.toml",
    ]
    found = read_global_options(words)
    assert (found.plugins, found.disabled, found.json) == (("a:B",), ("checks",), True)
    assert found.answers == Path("x.toml")
    assert found.rest == ("tenant", "accept", "dir", "--answers", "x.toml")


def test_the_program_can_be_started_with_the_same_plugins_and_settings() -> None:
    found = read_global_options(["--plugin", "a:B", "--settings", "s.toml", "demo"])
    assert found.self_command[1:] == ("-m", "omt_core", "--plugin", "a:B", "--settings", "s.toml")


def test_debug_makes_the_log_say_more() -> None:
    assert read_global_options(["--debug", "demo"]).log_level == "debug"


def test_the_language_is_that_of_the_machine_unless_another_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    console = Console(EventHub(), json_lines=False, debug=False, self_command=())
    assert read_global_options(["demo"]).language is None
    assert console.language is Language.SWEDISH
    console.asked = Language.GERMAN
    assert console.language is Language.GERMAN
    found = read_global_options(["demo", "--language", "de"])
    assert found.language is Language.GERMAN
    assert found.self_command[-2:] == ("--language", "de")
    with pytest.raises(InputError, match="invalid choice: 'fr'"):
        read_global_options(["--language", "fr", "demo"])
