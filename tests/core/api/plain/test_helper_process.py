"""A helper process answers what it is asked, loads next to nothing, and says when it is gone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from omt_core.api.plain import HelperProcess
from tests.core.api.plain.helped import serve


@pytest.fixture
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(serve, "word")
    yield made
    made.close()


def test_it_is_asked_again_and_again_and_gets_its_arguments(helper: HelperProcess) -> None:
    for question in (None, "a\0b \udce6", 1 << 70, [(1, b"\0" * 100_000)]):
        word, asked, _ = helper.ask(question)
        assert (word, asked) == ("word", question)


def test_it_loads_none_of_the_tool_but_what_it_serves(helper: HelperProcess) -> None:
    _, _, modules = helper.ask("")
    assert "pydantic" not in modules
    assert {module for module in modules if module.startswith("omt_")} <= {
        "omt_core",
        "omt_core.api",
        "omt_core.api.plain",
        "omt_core.api.plain.file_times",
        "omt_core.api.plain.folder_digest",
        "omt_core.api.plain.helper_process",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of its own reaches no process there")
def test_ctrl_c_is_not_for_it(helper: HelperProcess) -> None:
    helper.ask("")
    os.kill(helper.pid, signal.SIGINT)
    assert helper.ask("still")[1] == "still"


def test_one_that_goes_in_the_middle_of_an_answer_has_given_none(helper: HelperProcess) -> None:
    with pytest.raises(EOFError):
        helper.ask("leave")


def test_one_that_is_gone_says_so_and_can_be_closed_again(helper: HelperProcess) -> None:
    helper.close()
    with pytest.raises((EOFError, OSError, ValueError)):
        helper.ask("")
