"""An error is made by its code: its words are the usual ones where nothing better is known of the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api.errors import (
    ChoiceNeededError,
    ErrorCode,
    ExitCode,
    FolderAwayError,
    InputError,
    OnlineUnavailableError,
    folder_away,
)

GONE = ErrorCode(code="sample-gone", kind=InputError, meaning="It is gone.", remedy="Look for it.")


def test_an_error_has_the_words_of_its_code_where_the_case_has_none() -> None:
    error = GONE.error()
    assert (type(error), error.exit_code) == (InputError, ExitCode.USAGE)
    assert (error.code, error.message, error.remedy) == ("sample-gone", "It is gone.", "Look for it.")
    assert str(error) == "It is gone."


def test_a_case_says_what_happened_and_another_remedy() -> None:
    error = GONE.error("The red one is gone.", remedy="Look for the red one.")
    assert (error.message, error.remedy) == ("The red one is gone.", "Look for the red one.")


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [(ChoiceNeededError, "choices", ("a", "b")), (OnlineUnavailableError, "retry_after", 3.0)],
)
def test_an_error_has_the_fields_of_its_kind(kind: type[InputError], field: str, value: object) -> None:
    error = ErrorCode(code="sample", kind=kind, meaning="So.", remedy="Do.").error(**{field: value})
    assert getattr(error, field) == value


def test_a_folder_that_is_away_is_told_as_people_on_site_call_it(tmp_path: Path) -> None:
    error = folder_away(tmp_path, "the archive", "the share is down", empty=True)
    assert isinstance(error, FolderAwayError)
    assert (error.folder, error.empty) == (tmp_path, True)
    assert error.message.startswith("The folder the archive does not answer: the share is down.")
