"""Plans and user names go out as CSV and come back as they were."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_core.answers.csv_files import parse_assignments, plans_csv, read_assignments, user_names_csv
from omt_core.api.errors import InputError
from omt_core.api.users import User

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


def user(login: str, name: str = "") -> User:
    return User(id=1, login=login, full_name=name, person_id=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plans=st.dictionaries(TEXT, TEXT, max_size=8))
def test_what_is_written_is_read_back(tmp_path: Path, plans: dict[str, str]) -> None:
    file = tmp_path / "plans.csv"
    file.write_text(plans_csv([user(login) for login in plans], plans), encoding="utf-8-sig", newline="")
    assert read_assignments(file, "plan") == plans


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_begins_like_a_formula(name: str) -> None:
    text = user_names_csv([user("HH", name)], {"HH": name}, {"HH": name})
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiters_of_other_countries_are_understood(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "plans.csv"
    file.write_text(f"login{delimiter}plan\nHH{delimiter}ten-sales\nVS{delimiter}\n", encoding="utf-8")
    assert read_assignments(file, "plan") == {"HH": "ten-sales", "VS": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("login,name\nHH,x\n", "no column plan"),
        ("login,plan\nHH\n", "line 2"),
        ("login,plan\nHH,a\nHH,b\n", "line 3"),
        ("login,plan\nHH,a,b\n", "line 2"),
        ("", "no column"),
        ('login,plan\n"HH,a\n', "line"),
    ],
)
def test_a_file_that_was_edited_wrongly_is_refused_with_the_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "plans.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_assignments(file, "plan")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "plans.csv"
    file.write_bytes("login\tplan\r\nÅ\tx\r\n".encode(encoding))
    assert read_assignments(file, "plan") == {"Å": "x"}


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nlogin;plan\nHH;a,b\n",
        '"sep=;"\r\nlogin;plan\r\nHH;a,b\r\n',
        "SEP=\t\nlogin\tplan\nHH\ta,b\n",
        "Login;Plan\nHH;a,b\n",
        " LOGIN ; PLAN \nHH;a,b\n",
        "\n;\nlogin;plan\n\n;\nHH;a,b\n;\n ; \n\n",
        "login;plan;;\nHH;a,b;;\n;;;\n;;;\n",
        "login;plan\nHH;a,b;;\n",
        '"login";"plan"\n"HH";"a,b"\n',
        "login;plan\rHH;a,b\r",
        "full name;login;group;plan\nH, H;HH;Sales, 1;a,b\n",
    ],
)
def test_the_forms_of_spreadsheets_are_understood(text: str) -> None:
    assert parse_assignments(text.encode(), "plan", place="The file") == {"HH": "a,b"}


def test_a_mistake_is_told_by_its_line_in_every_form_and_not_by_what_stands_there() -> None:
    for text in ["sep=;\nlogin;plan\nHH;a\nHH;b\n", "login,plan\n,\nHH,a\nHH,b\n"]:
        with pytest.raises(InputError, match=r"line 4: its login stands in an earlier line") as caught:
            parse_assignments(text.encode(), "plan", place="The file")
        assert "HH" not in caught.value.message


def test_the_column_user_name_may_be_written_as_a_person_would() -> None:
    assert parse_assignments(b"Login,User name\nHH,h@x.no\n", "user_name", place="The file") == {"HH": "h@x.no"}
