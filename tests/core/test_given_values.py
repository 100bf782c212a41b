"""What is wrong with TOML that a person wrote is said so that they can mend it."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from omt_core.answers.errors import ANSWERS_SYNTAX as SYNTAX
from omt_core.api.errors import ErrorCode, InputError
from omt_core.given_values import problems, read_toml
from omt_core.settings import SETTINGS_SYNTAX


@pytest.mark.parametrize(
    "line",
    [
        r'archives = ["D:\SO_ARC"]',
        r'archives = ["C:\users\hh"]',
        r'archives = ["C:\backup\temp\new"]',
        r'archives = ["C:\\good", "C:\temp"]',
        r'templates = "\\server\share"',
        r'templates = "\\backup\templates"',
        r'templates = "C:\\data\temp"',
        r'templates = "C:\u00e6bler"',
        r'service = { base = "C:\fold" }',
        'templates = "C:\\',
    ],
)
def test_a_path_of_windows_in_double_quotes_is_told_with_single_quotes(line: str) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(f"[installation]\n{line}\n".encode(), SYNTAX, "The file")
    assert caught.value.code == "answers-syntax"
    assert "In double quotes a backslash begins an escape" in caught.value.message
    assert "single quotes" in caught.value.remedy


@pytest.mark.parametrize("code", [SYNTAX, SETTINGS_SYNTAX])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a = " + "9" * 10_000, "it has a number that is too long"),
        ("a = " + "[" * 20_000 + "]" * 20_000, "its sections or lists lie too deep"),
        ("a = " + "{a = " * 20_000 + "1" + "}" * 20_000, "its sections or lists lie too deep"),
        (".".join("a" * 3_000) + " = 1", "its sections or lists lie too deep"),
        ("a = " + "[" * 60 + "]" * 60, "its sections or lists lie too deep"),
    ],
    ids=["digits", "lists", "sections", "key", "not too deep for Python"],
)
def test_what_is_beyond_all_limits_is_told_like_what_is_no_toml(
    content: str, reason: str, code: ErrorCode[InputError]
) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(content.encode(), code, "The file")
    assert (caught.value.code, caught.value.message) == (code.code, f"The file is not valid TOML: {reason}.")
    assert caught.value.remedy == "Take it out of the file."


@pytest.mark.parametrize(
    "line", [r"a = 'C:\backup\temp'", r'a = "C:\\backup"', r'a = "\\\\server\\share"', r'a = "two\tcells\nand lines"']
)
def test_what_is_written_as_it_must_be_is_taken(line: str) -> None:
    assert read_toml(line.encode(), SYNTAX, "The file")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_encodings_and_line_ends_of_editors_are_understood(encoding: str, end: str) -> None:
    content = end.join(["# Åse", "[a]", "\tb\t=\t'Zoë'"]).encode(encoding)
    assert read_toml(content, SYNTAX, "The file") == {"a": {"b": "Zoë"}}


def _as_a_library_refuses(text: str) -> str:
    raise PydanticCustomError("value_error", "{text} will not do: {reason}", {"text": text, "reason": text})


class Given(BaseModel):
    """Values that a library's own validator refuses."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    one: Annotated[str, AfterValidator(_as_a_library_refuses)] = ""
    """An address of the office."""

    several: tuple[Annotated[str, AfterValidator(_as_a_library_refuses)], ...] = ()
    """Addresses of the office."""


def test_what_a_library_refuses_is_told_by_the_description_of_its_key_and_never_with_the_value() -> None:
    with pytest.raises(ValidationError) as refused:
        Given.model_validate({"one": "planted", "several": ["planted"]})
    told = problems(refused.value, Given)
    assert told == "one: is not valid: An address of the office; several.0: is not valid: Addresses of the office"
