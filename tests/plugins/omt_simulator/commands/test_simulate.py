from __future__ import annotations

import json

import pytest

from omt_core.api.errors import InputError
from omt_simulator.commands.simulate import SIMULATE
from tests.plugins.omt_simulator.commands.console import Console


def test_it_builds_what_the_options_say_and_tells_it(tmp_path):
    console = Console(tmp_path)
    words = ["--users", 5, "--documents", 20, "--seed", 3, "--plant", "missing-file=2", "--plant", "orphan=1"]
    assert console.run(SIMULATE, tmp_path / "sim", *words) == 0
    truth = json.loads((tmp_path / "sim" / "truth.json").read_text(encoding="utf-8"))
    assert truth["spec"] == {
        "users": 5,
        "documents": 20,
        "seed": 3,
        "dbms": "sqlite",
        "plants": {"missing-file": 2, "orphan": 1},
    }
    assert "missing-file = 2" in console.text
    assert truth["tenant_plans"] in console.text
    assert console.finished[1]["tenant_plans"] == truth["tenant_plans"]


def test_a_plant_that_cannot_be_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(InputError) as raised:
        Console(tmp_path).run(SIMULATE, tmp_path / "sim", "--documents", 1, "--plant", "missing-file=2")
    assert raised.value.code == "simulation-impossible"
    assert raised.value.remedy


def test_a_simulation_that_is_there_stays_until_overwriting_it_is_asked_for(tmp_path):
    words = [tmp_path / "sim", "--users", 2, "--documents", 2]
    assert Console(tmp_path).run(SIMULATE, *words) == 0
    (tmp_path / "sim" / "answers.toml").write_text("# of a person\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds a simulated installation already") as raised:
        Console(tmp_path).run(SIMULATE, *words)
    assert (raised.value.code, raised.value.exit_code) == ("simulation-exists", 2)
    assert (tmp_path / "sim" / "answers.toml").read_text(encoding="utf-8") == "# of a person\n"
    assert Console(tmp_path).run(SIMULATE, *words, "--overwrite") == 0
    assert "[login]" in (tmp_path / "sim" / "answers.toml").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError) as raised:
        Console(tmp_path).run(SIMULATE, tmp_path / "file" / "sim")
    assert (raised.value.code, raised.value.exit_code) == ("simulation-not-writable", 2)
    assert str(tmp_path / "file") in raised.value.message


@pytest.mark.parametrize(("text", "words"), [("typo=1", "known are blank-name"), ("orphan", "not SLUG=COUNT")])
def test_a_misspelt_plant_is_refused_with_the_known_ones(tmp_path, capsys, text, words):
    with pytest.raises(SystemExit):
        Console(tmp_path).run(SIMULATE, tmp_path / "sim", "--plant", text)
    assert words in capsys.readouterr().err
