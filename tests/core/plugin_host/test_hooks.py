"""A hook's mark on the specification holds all of its truth, and the rest follows from it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from omt_core.api import calls
from omt_core.api.findings import Finding
from omt_core.api.hook import Policy, hook_of, hooks_in
from omt_core.api.plugin import HOOKS, Plugin
from omt_core.api.users import Photo, User


def test_hooks_are_those_that_the_base_class_specifies() -> None:
    assert "validate_users" in HOOKS
    assert "settings_model" not in HOOKS
    assert hooks_in(Plugin) == HOOKS


def test_a_hook_knows_what_it_receives_and_what_it_answers() -> None:
    assert (HOOKS["read_users"].call, HOOKS["read_users"].answer) == (calls.ReadUsers, Sequence[User])
    assert (HOOKS["validate_users"].element, HOOKS["read_photo"].element) == (Finding, None)
    assert HOOKS["read_photo"].answer == Photo | None
    assert (HOOKS["freeze"].answer, HOOKS["add_commands"].call) == (None, None)


def test_what_is_no_hook_has_no_rule() -> None:
    with pytest.raises(LookupError, match="is no hook"):
        hook_of(Plugin.__init__)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_exactly_one_plugin_answers_may_stop_a_run(hook: str) -> None:
    assert HOOKS[hook].role is None or HOOKS[hook].policy is Policy.FATAL


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_asks_receives_a_record_of_its_own_module(hook: str) -> None:
    call = HOOKS[hook].call
    assert call is None or call.__module__ == calls.__name__
