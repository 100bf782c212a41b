"""`omt check`: findings as files, and how far the round is."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from omt_core.cli.main import main
from omt_simulator import SimulationSpec, generate


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("OMT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    generate(tmp_path / "site", SimulationSpec(users=3, documents=3))
    return tmp_path / "site/answers.toml"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_findings_are_written_as_csv_and_as_json(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    as_csv, as_json = tmp_path / "f.csv", tmp_path / "f.JSON"
    main(["check", "--answers", str(answers), "--findings", str(as_csv), "--json"])
    told = lines(capsys)
    found = told[-1]["findings"]
    assert found
    rows = list(csv.DictReader(io.StringIO(as_csv.read_text(encoding="utf-8-sig"))))
    assert [row["code"] for row in rows] == [one["code"] for one in found for _ in one["subjects"] or ("",)]
    asked = [(one["number"], one["total"]) for one in told if one["event"] == "check"]
    assert asked[0][0] == 1
    assert all(number <= total for number, total in asked)

    main(["check", "--answers", str(answers), "--findings", str(as_json), "--json"])
    written = json.loads(as_json.read_text(encoding="ascii"))
    assert [one["code"] for one in written] == [one["code"] for one in lines(capsys)[-1]["findings"]]


def test_findings_are_not_written_over_a_file_that_is_there(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.csv"
    file.write_text("of a person", encoding="utf-8")
    main(["check", "--answers", str(answers), "--findings", str(file), "--json"])
    notices = [line["message"] for line in lines(capsys) if line["event"] == "notice"]
    assert file.read_text(encoding="utf-8") == "of a person"
    assert (tmp_path / "f-1.csv").read_bytes()
    assert any(str(tmp_path / "f-1.csv") in notice for notice in notices)


@pytest.mark.parametrize("name", ["findings", "findings.xlsx"])
def test_another_kind_of_file_is_refused_before_anything_is_asked(
    answers: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--answers", str(answers), "--findings", name, "--json"]) == 2
    (result,) = lines(capsys)
    assert "ends in .csv or .json" in result["error"]["message"]


def test_a_file_that_cannot_be_written_is_named_and_what_was_found_is_told(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in-the-way").write_text("a file")
    file = tmp_path / "in-the-way" / "f.csv"
    assert main(["check", "--answers", str(answers), "--findings", str(file), "--json"]) == 2
    result = lines(capsys)[-1]
    assert result["error"]["code"] == "findings-not-writable"
    assert str(file) in result["error"]["message"]
    assert result["findings"]


def test_a_waiver_of_a_code_that_does_not_exist_is_told(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = answers.read_text(encoding="utf-8")
    answers.write_text(f'waive = [{{ code = "waiver-unusd", reason = "x" }}]\n{text}', encoding="utf-8")
    main(["check", "--answers", str(answers)])
    assert "No finding has the code waiver-unusd; did you mean waiver-unused?" in capsys.readouterr().out
