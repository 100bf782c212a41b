"""Plans and user names as CSV files, out to a spreadsheet and back in.

A cell that a spreadsheet would take for a formula gets an apostrophe in front on the way out, which is taken away again
on the way in; a cell that begins with an apostrophe by itself gets one too, so that nothing changes on the round trip.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from omt_core.answers.errors import CSV_INVALID
from omt_core.api.errors import InputError
from omt_core.api.sentence import sentence
from omt_core.api.text import decode_text, spreadsheet_cell, text_of_cell
from omt_core.api.users import User

PLAN_COLUMNS: Final = ("login", "full_name", "group", "position", "administrator", "plan")
USER_NAME_COLUMNS: Final = ("login", "full_name", "plan", "user_name", "other_addresses")
_NAMED_DELIMITER: Final = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_ADDRESS_SEPARATOR: Final = "; "


def plans_csv(users: Sequence[User], plans: Mapping[str, str]) -> str:
    """Write who has which plan, sorted by login; no plan is an empty cell."""
    return _write(
        PLAN_COLUMNS,
        (
            (user.login, user.full_name, user.group, user.position, _yes(user.administrator), plans.get(user.login, ""))
            for user in sorted(users, key=lambda one: one.login)
        ),
    )


def user_names_csv(users: Sequence[User], plans: Mapping[str, str], user_names: Mapping[str, str]) -> str:
    """Write who is called what, sorted by login."""
    return _write(
        USER_NAME_COLUMNS,
        (
            (
                user.login,
                user.full_name,
                plans.get(user.login, ""),
                user_names.get(user.login, ""),
                _ADDRESS_SEPARATOR.join(one for one in user.emails if one != user_names.get(user.login)),
            )
            for user in sorted(users, key=lambda one: one.login)
        ),
    )


def read_assignments(file: Path, column: str) -> Mapping[str, str]:
    """Read login and `column` from a file, as `parse_assignments` does. Raises `InputError` `csv-invalid`."""
    place = sentence("The file {file}", file=file)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _invalid(place, sentence("it cannot be read ({reason})", reason=error.strerror)) from None
    return parse_assignments(content, column, place=place)


def parse_assignments(content: bytes, column: str, *, place: str) -> Mapping[str, str]:
    """Read login and `column` (`plan` or `user_name`) from a file that was written here and perhaps edited.

    An empty cell is kept as an empty text: it takes an assignment away. Understood are the forms of spreadsheets:
    comma, semicolon and tab, a first line `sep=;`, rows without a word in them, empty cells behind a row, and names of
    columns in any case. Raises `InputError` `csv-invalid` that names `place` and the line, and never what stands there.
    """
    text = decode_text(content, place)
    named = _NAMED_DELIMITER.match(text)
    delimiter = _delimiter(text) if named is None else named[1]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    assignments: dict[str, str] = {}
    columns: Sequence[str] = ()
    try:
        for row in rows:
            if not any(cell.strip() for cell in row) or (named is not None and rows.line_num == 1):
                continue
            if not columns:
                columns = [cell.strip().casefold().replace(" ", "_") for cell in row]
                missing = {"login", column} - set(columns)
                if missing:
                    raise _invalid(
                        place,
                        sentence(
                            "line {line}: there is no column {columns}",
                            line=rows.line_num,
                            columns=" and ".join(sorted(missing)),
                        ),
                    )
                continue
            if len(row) < len(columns) or any(row[len(columns) :]):
                raise _invalid(
                    place,
                    sentence("line {line}: its number of cells is not that of the first line", line=rows.line_num),
                )
            login = text_of_cell(row[columns.index("login")])
            if login in assignments:
                raise _invalid(
                    place, sentence("line {line}: its login stands in an earlier line too", line=rows.line_num)
                )
            assignments[login] = text_of_cell(row[columns.index(column)])
    except csv.Error as error:
        raise _invalid(place, sentence("line {line}: {reason}", line=rows.line_num, reason=error)) from None
    if not columns:
        raise _invalid(place, sentence("there is no column login and no column {column}", column=column))
    return assignments


def _delimiter(text: str) -> str:
    """Return what the first line with a word in it parts its cells by."""
    lines = (line for line in text.splitlines() if line.strip(" ,;\t"))
    return max(",;\t", key=next(lines, "").count)


def _write(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _yes(value: bool) -> str:  # noqa: FBT001 - it is the value that is written
    return "yes" if value else "no"


def _invalid(place: str, what: str) -> InputError:
    return CSV_INVALID.error(sentence("{place} is not valid: {what}.", place=place, what=what))
