"""What can be wrong with what a migrator answers, in a file, a form or a CSV."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import ErrorCode, InputError

ANSWERS_INVALID: Final = ErrorCode(
    code="answers-invalid",
    kind=InputError,
    meaning="What was answered is not valid.",
    remedy="`omt help answers` has all keys.",
)
ANSWERS_SYNTAX: Final = ErrorCode(
    code="answers-syntax",
    kind=InputError,
    meaning="The answers file is not valid TOML, or a path in it is garbled.",
    remedy="Mend the line that is named.",
)
ANSWERS_UNREADABLE: Final = ErrorCode(
    code="answers-unreadable",
    kind=InputError,
    meaning="The answers file cannot be read.",
    remedy="Check the path of --answers.",
)
CSV_INVALID: Final = ErrorCode(
    code="csv-invalid",
    kind=InputError,
    meaning="A CSV file of plans or user names is not valid.",
    remedy="Write a fresh one by `omt check --write-csv DIR` and edit that; save it as CSV in UTF-8.",
)

ERROR_CODES: Final = (
    ANSWERS_INVALID,
    ANSWERS_SYNTAX,
    ANSWERS_UNREADABLE,
    CSV_INVALID,
)
