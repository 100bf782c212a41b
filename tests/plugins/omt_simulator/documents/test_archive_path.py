"""The path rule of crm.md section 6, by examples worked out by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from omt_simulator.documents.archive_path import document_path, neighbouring_period, period_folder


@pytest.mark.parametrize(
    ("registered", "login", "name", "expected"),
    [
        ("2006-11-02T10:00:00", "EE", "SuperO-Mailm-1.DOC", r"EE\2006.2\SuperO-Mailm-1.DOC"),
        ("2014-01-01T00:00:00", "HH", "a b.docx", r"HH\2014.1\a b.docx"),
        ("2013-12-31T23:59:59", "HH", "a b.docx", r"HH\2013.2\a b.docx"),
        ("2014-07-31T23:59:59", "ØÅ", "é.pdf", r"ØÅ\2014.1\é.pdf"),
        ("2014-08-01T00:00:00", "ØÅ", "é.pdf", r"ØÅ\2014.2\é.pdf"),
        ("2016-02-29T12:00:00", "jd2", "O'Brien(2).doc", r"jd2\2016.1\O'Brien(2).doc"),
    ],
)
def test_a_document_lies_in_its_owners_folder_of_the_period(registered, login, name, expected):
    assert document_path(login, datetime.fromisoformat(registered), name) == expected


def test_july_is_in_the_first_period_and_august_in_the_second():
    folders = [period_folder(datetime.fromisoformat(f"2020-{month:02}-15")) for month in range(1, 13)]
    assert folders == ["2020.1"] * 7 + ["2020.2"] * 5


def test_the_neighbouring_period_is_the_one_before():
    assert neighbouring_period(datetime.fromisoformat("2020-10-15")) == "2020.1"
    assert neighbouring_period(datetime.fromisoformat("2020-04-15")) == "2019.2"
