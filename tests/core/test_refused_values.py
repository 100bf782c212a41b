"""Whatever stands where another thing must stand, the person reads what may stand there, in the tool's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import tomli_w

from omt_core.answers.file import load_answers
from omt_core.api.errors import InputError
from omt_core.api.sentence import Sentence, own_words
from omt_core.app import compose
from omt_core.plugin_host import find_plugins
from omt_core.settings import load_settings
from tests.core.given_keys import ANSWERS, LOGIN, SETTINGS, merged, nested, setting

MODELS: Final = {one.name: one.plugin_class.settings_model for one in find_plugins(extra=(), disabled=())}
NONSENSE: Final[tuple[Any, ...]] = ("x", "", -1, 10**30, 1.5, float("nan"), True, [], ["x"], [1], {"x": 1}, [{"x": 1}])
SAID: Final = re.compile(
    r"[\w.]+: ("
    r"unknown key( \(did you mean \w+\?\))?|is missing|must (be|have|not be) [^\[\]{}]+|is not valid: [A-Z`].+|"
    r"give exactly one of env, file and keyring|a secret is named, .+|no code page of this name is known; give .+)"
)
"""What is said of a key: what may stand there, and not what a library calls it."""


def refusal(read: Callable[[Path], object], file: Path, values: Mapping[str, Any]) -> str | None:
    """Return what is said of values, without what stands before the keys; None where they are taken."""
    file.write_text(tomli_w.dumps(values), encoding="utf-8")
    try:
        read(file)
    except InputError as error:
        return error.message.split("not valid: ", 1)[1]
    return None


@pytest.mark.parametrize("key", [key for key, _ in ANSWERS])
def test_nonsense_in_the_answers_is_told_with_what_may_stand_there(tmp_path: Path, key: str) -> None:
    for value in NONSENSE:
        told = refusal(load_answers, tmp_path / "file.toml", merged({"login": LOGIN}, nested(key, value)))
        assert told is None or SAID.match(told)


@pytest.mark.parametrize("key", [key for key, _ in SETTINGS])
def test_nonsense_in_the_settings_is_told_with_what_may_stand_there(tmp_path: Path, key: str) -> None:
    for value in NONSENSE:
        told = refusal(lambda file: load_settings(MODELS, file=file), tmp_path / "file.toml", setting(key, value))
        assert told is None or SAID.match(told)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"contact": {"email": "x"}}, "must be an e-mail address"),
        ({"login": {"user": "HH", "password": "secret"}}, "a secret is named, "),
        ({"login": {"user": "HH", "password": {}}}, "give exactly one of env, file and keyring"),
        ({"installation": {"root": "a\x01b"}}, "holds a control character"),
    ],
)
def test_what_a_rule_of_ours_says_of_a_value_can_be_said_in_another_language(
    tmp_path: Path, answers: Mapping[str, Any], words: str
) -> None:
    file = tmp_path / "file.toml"
    file.write_text(tomli_w.dumps({"login": LOGIN, **answers}), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_answers(file)
    assert isinstance(refused.value.message, Sentence)
    assert words in own_words(refused.value.message)


def test_a_text_that_has_a_form_is_told_by_an_example(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[tenant.importing]\nmemory_limit = 'much'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"memory_limit: is not valid: Memory that .* such as 128MB"):
        compose(settings_file=file)


@pytest.mark.parametrize("text", ["[contact]\nemail = 'a@b.no'\nlangauge = 'en'\n", "[core]\nhook_timout = 3\n"])
def test_an_unknown_key_is_told_in_the_same_words_in_answers_and_settings(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text if "[core]" in text else text + tomli_w.dumps({"login": LOGIN}), encoding="utf-8")
    with pytest.raises(InputError, match=r"\w+\.\w+: unknown key \(did you mean (language|hook_timeout)\?\)\.$"):
        compose(settings_file=file) if "[core]" in text else load_answers(file)


@pytest.mark.parametrize("key", ["accept_agreement", "test_migration"])
@pytest.mark.parametrize("value", ["yes", "true", 1])
def test_what_decides_about_a_migration_is_true_or_false_and_nothing_that_looks_like_it(
    tmp_path: Path, key: str, value: object
) -> None:
    told = refusal(load_answers, tmp_path / "file.toml", {"login": LOGIN, key: value})
    assert told == f"{key}: must be true or false."


@pytest.mark.parametrize("value", ["yes", 1])
def test_a_waiver_counts_live_by_true_alone(tmp_path: Path, value: object) -> None:
    waive = [{"code": "a", "reason": "They burnt.", "live": value}]
    told = refusal(load_answers, tmp_path / "file.toml", {"login": LOGIN, "waive": waive})
    assert told == "waive.0.live: must be true or false."
