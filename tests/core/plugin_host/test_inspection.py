"""A plugin class is looked at before it is registered."""

from __future__ import annotations

import pytest

from omt_core.plugin_host.inspection import HOOK_NAMES, RejectedPluginError, check_class
from tests.core.plugin_host import plugins


def test_a_good_plugin_passes() -> None:
    assert check_class(plugins.Good) is plugins.Good


@pytest.mark.parametrize(
    ("candidate", "words"),
    [
        (plugins.Unmarked, "without @hookimpl"),
        (plugins.NotAsync, "must be a coroutine"),
        (plugins.OtherParameters, "instead of (self, call)"),
        (plugins.UnknownHook, "unknown hook 'validate_everything'"),
        (plugins.FreezesForGood, "'freeze' without 'thaw'"),
        (plugins.NoPlugin, "not a subclass"),
        ("text", "not a subclass"),
    ],
)
def test_a_bad_plugin_is_rejected_with_the_reason(candidate: object, words: str) -> None:
    with pytest.raises(RejectedPluginError, match=words.replace("(", r"\(").replace(")", r"\)")):
        check_class(candidate)


def test_hooks_are_those_that_the_base_class_specifies() -> None:
    assert "validate_users" in HOOK_NAMES
    assert "settings_model" not in HOOK_NAMES
