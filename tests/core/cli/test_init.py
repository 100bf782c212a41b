"""`omt init` writes answers to begin with; nothing that a person wrote is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.answers.file import load_answers
from omt_core.cli.main import main
from omt_simulator import SimulationSpec, generate


def test_the_answers_file_can_be_read_and_tells_what_was_found_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(tmp_path / "site", SimulationSpec(users=2, documents=2))
    file = tmp_path / "answers.toml"
    assert main(["init", str(file), "--root", str(tmp_path / "site" / "machine")]) == 0
    answers = load_answers(file)
    assert answers.installation.root == tmp_path / "site" / "machine"
    assert (answers.test_migration, answers.accept_agreement) == (True, False)
    text = file.read_text(encoding="utf-8")
    assert "# found: database.prefix = " in text
    assert "# found: archives" in text or "# found: archive" in text
    assert f"omt check --answers {file}" in capsys.readouterr().out


def test_its_comments_are_in_the_readers_language_and_it_can_be_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    file = tmp_path / "answers.toml"
    assert main(["init", str(file), "--root", str(tmp_path / "machine"), "--language", "de"]) == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Antworten für `omt check`")
    assert "# nötig: dbms\n" in text
    assert (load_answers(file).test_migration, load_answers(file).accept_agreement) == (True, False)


def test_a_file_that_is_there_is_not_overwritten_unless_it_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "machine").mkdir()
    file = tmp_path / "answers.toml"
    file.write_text("mine", encoding="utf-8")
    assert main(["init", str(file), "--root", str(tmp_path / "machine")]) == 2
    assert f"answers-exist: The file {file} is there already" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"
    assert main(["init", str(file), "--root", str(tmp_path / "machine"), "--force"]) == 0
    assert "# needed: dbms" in file.read_text(encoding="utf-8")


def test_where_no_installation_is_found_screen_and_file_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine, file = tmp_path / "machine", tmp_path / "answers.toml"
    machine.mkdir()
    assert main(["init", str(file), "--root", str(machine)]) == 0
    told = f"No configuration of SuperOffice CRM was found on {machine}."
    assert told in capsys.readouterr().out
    assert f"# {told}\n" in file.read_text(encoding="utf-8")
    assert main(["init", str(file), "--root", str(machine), "--force", "--json"]) == 0
    assert "installation-not-found" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "machine").mkdir()
    (tmp_path / "file").touch()
    file = tmp_path / "file" / "answers.toml"
    assert main(["init", str(file), "--root", str(tmp_path / "machine")]) == 2
    assert f"The file {file} cannot be written" in capsys.readouterr().err
