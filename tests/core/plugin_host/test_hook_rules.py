"""Every hook has one rule, and its docstring says the same."""

from __future__ import annotations

import inspect

import pytest

from omt_core.api.hook_rules import HOOK_RULES, Policy
from omt_core.api.plugin import Plugin
from omt_core.plugin_host.inspection import HOOK_NAMES


def test_every_hook_has_a_rule_and_every_rule_a_hook() -> None:
    assert tuple(sorted(HOOK_RULES)) == HOOK_NAMES


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_the_docstring_says_role_and_policy(hook: str) -> None:
    text, rule = inspect.getdoc(getattr(Plugin, hook)) or "", HOOK_RULES[hook]
    assert ("Fatal" in text) == (rule.policy is Policy.FATAL)
    assert ("Isolated" in text) == (rule.policy is Policy.ISOLATED)
    assert ("Role `" in text) == (rule.role is not None)
    if rule.role is not None:
        assert f"Role `{rule.role.value}`" in text


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_a_hook_that_exactly_one_plugin_answers_may_stop_a_run(hook: str) -> None:
    assert HOOK_RULES[hook].role is None or HOOK_RULES[hook].policy is Policy.FATAL
