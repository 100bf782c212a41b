"""What is of a type to the last field."""

from __future__ import annotations

import pytest

from omt_core.api import sentence
from omt_core.plugin_host.fit import misfit


@pytest.mark.parametrize("text", ["plain", "\udc80", sentence("It has {plan}.", plan="\udc80")], ids=ascii)
def test_text_with_what_is_no_character_is_text_whether_plain_or_a_sentence(text: str) -> None:
    assert misfit([text], list[str]) is None


def test_what_is_no_text_beside_such_text_is_told() -> None:
    assert misfit([sentence("{name}", name="\udc80"), 1], list[str]) == "[1]: Input should be a valid string"
