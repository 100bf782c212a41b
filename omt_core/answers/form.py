"""The answers about the installation as a form has them: texts, empty where nothing is given (W100, W101)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from omt_core.answers.errors import ANSWERS_INVALID
from omt_core.api.given import Origin
from omt_core.api.installation import ManualAnswers
from omt_core.api.sentence import sentence
from omt_core.given_values import problems

_ANSWERS: Final = TypeAdapter(ManualAnswers)


class OnlineForm(BaseModel):
    """The online side: its address, and the file that holds its secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = ""
    token_file: str = ""


def form_of(answers: ManualAnswers) -> dict[str, Any]:
    """Fill the form. A password is told as an empty text, with `password_given` when there is one."""
    # A whole connection string may hold a password.
    dsn = answers.dsn if answers.dsn and "=" not in answers.dsn else None
    values = _ANSWERS.dump_python(replace(answers, password=None, dsn=dsn), mode="json")
    return {**_texts(values), "password_given": answers.password is not None}


def answers_in(form: Mapping[str, object], before: ManualAnswers) -> ManualAnswers:
    """Return the answers of a form; a password or connection string that is not given anew is that of `before`.

    Raises `InputError` `answers-invalid` that names the field.
    """
    given = {name: value for name, value in form.items() if name != "password_given"}
    try:
        answers = _ANSWERS.validate_python(given, context=Origin(is_form=True))
    except ValidationError as error:
        raise ANSWERS_INVALID.error(
            sentence("answers.{problems}.", problems=problems(error, ManualAnswers)),
            remedy=sentence("Correct the field that is named."),
        ) from None
    if answers.password is None and form.get("password_given"):
        answers = replace(answers, password=before.password)
    if answers.dsn is None and before.dsn is not None and "=" in before.dsn:
        answers = replace(answers, dsn=before.dsn)
    return answers


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _texts(value) if isinstance(value, dict) else "" if value is None else value
        for name, value in values.items()
    }
