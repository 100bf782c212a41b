"""`omt init` writes answers to begin with; nothing that a person wrote is overwritten."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.answers.file import Answers, load_answers
from omt_core.cli.command.init import _toml
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
    assert re.search(r'^# prefix = "CRM7" +# found in ', text, re.MULTILINE)
    assert "\n# archives = [" in text
    assert f"omt check --answers {file}" in capsys.readouterr().out


def test_its_comments_are_in_the_readers_language_and_it_can_be_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "machine").mkdir()
    file = tmp_path / "answers.toml"
    assert main(["init", str(file), "--root", str(tmp_path / "machine"), "--language", "de"]) == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Antworten für `omt check`")
    assert re.search(r'^# dbms = "mssql" +# nötig$', text, re.MULTILINE)
    assert (load_answers(file).test_migration, load_answers(file).accept_agreement) == (True, False)


_COMMENTED = re.compile(r"# (?=\[\w+\]|\w+ = )")
"""What begins a line that answers something once it is taken away."""


@pytest.mark.parametrize("found", [True, False])
def test_each_line_that_is_commented_out_answers_when_the_sign_is_taken_away(tmp_path: Path, *, found: bool) -> None:
    machine, file = tmp_path / "site" / "machine", tmp_path / "answers.toml"
    if found:
        generate(tmp_path / "site", SimulationSpec(users=2, documents=2))
    else:
        machine.mkdir(parents=True)
    assert main(["init", str(file), "--root", str(machine)]) == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    commented = [number for number, line in enumerate(lines) if _COMMENTED.match(line)]
    assert len(commented) > 10
    header: list[int] = []
    for number in commented:  # each of them with the header that it stands below, and then all of them
        if lines[number].startswith("# ["):
            header = [number]
            continue
        if not lines[number - 1].strip() or (header and number - 1 not in {*header, *commented}):
            header = []
        taken = {*header, number} if lines[min(header, default=number)] != "# [contact]" else set(commented)
        _load(file, lines, taken)
    answers = _load(file, lines, set(commented))
    assert answers.installation.dbms == ("sqlite" if found else "mssql")
    assert answers.contact is not None


def _load(file: Path, lines: list[str], taken: set[int]) -> Answers:
    text = [_COMMENTED.sub("", line, count=1) if number in taken else line for number, line in enumerate(lines)]
    tried = file.with_name("tried.toml")
    tried.write_text("\n".join(text), encoding="utf-8")
    return load_answers(tried)


@given(st.text() | st.lists(st.text(), max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), st.text()))
def test_whatever_was_found_is_the_same_when_it_is_read_again(value: object) -> None:
    assert tomllib.loads(f"x = {_toml(value)}") == {"x": value}


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
    assert re.search(r'^# dbms = "mssql" +# needed$', file.read_text(encoding="utf-8"), re.MULTILINE)


def test_where_no_installation_is_found_screen_and_file_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine, file = tmp_path / "machine", tmp_path / "answers.toml"
    machine.mkdir()
    assert main(["init", str(file), "--root", str(machine)]) == 0
    told, out = f"No configuration of SuperOffice CRM was found on {machine}.", capsys.readouterr().out
    assert told in out
    assert f"name a copy of it by --root, or fill in the section [installation] of {file} by hand." in out
    assert f"# {told}\n" in file.read_text(encoding="utf-8")
    assert main(["init", str(file), "--root", str(machine), "--force", "--json"]) == 0
    assert "installation-not-found" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "machine").mkdir()
    (tmp_path / "file").touch()
    file = tmp_path / "file" / "answers.toml"
    assert main(["init", str(file), "--root", str(tmp_path / "machine")]) == 2
    assert f"The file {file} cannot be written" in capsys.readouterr().err
