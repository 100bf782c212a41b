"""A command of a plugin reaches the answers, the installation, its database, and the login."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omt_core.cli.main import main

PLUGIN = ("--plugin", "tests.core.cli.whoami:WhoAmI")
Result = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def result(capsys: pytest.CaptureFixture[str]) -> Result:
    def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
        code = main([*PLUGIN, *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def test_it_opens_the_installation_that_the_answers_name_and_logs_on_as_they_say(
    omt_installation: Callable[..., Path], result: Result
) -> None:
    site = omt_installation(users=3, documents=1)
    code, told = result("whoami", "--answers", site / "answers.toml")
    assert code == 0, told
    assert told["outcome"] == "accepted"
    assert told["serial"]
    assert int(told["associates"]) >= 3
    assert told["written"] == "only freeze and thaw may write to the database on site"
    assert told["answers"]["login"]["user"] == "HH"


def test_a_secret_is_in_the_answers_of_a_command_as_where_it_is_only(
    omt_installation: Callable[..., Path], result: Result
) -> None:
    site = omt_installation(users=3, documents=1)
    password = result("whoami", "--answers", site / "answers.toml")[1]["answers"]["login"]["password"]
    assert list(password) in (["env"], ["file"], ["keyring"])


def test_without_answers_it_looks_for_an_installation_on_this_machine(result: Result) -> None:
    code, told = result("whoami")
    assert code == 3
    assert told["error"]["code"] in {"installation-not-found", "installation-incomplete"}


def test_a_command_that_does_not_ask_for_answers_has_no_such_option(
    omt_installation: Callable[..., Path], result: Result
) -> None:
    site = omt_installation(users=3, documents=1)
    code, told = result("whoami-bare", "--answers", site / "answers.toml")
    assert (code, told["error"]["code"]) == (2, "usage")
