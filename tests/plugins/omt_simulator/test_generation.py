from __future__ import annotations

import gc
import hashlib
import sqlite3
import tracemalloc
from contextlib import closing

import pytest

from omt_core.api.errors import InputError
from omt_simulator import PLANTS, SimulationError, SimulationSpec, generate

DATABASE = "machine/C/SuperOffice/Data/crm.sqlite"
SMALL = {"users": 12, "documents": 60}
EVERYTHING = {**dict.fromkeys(PLANTS, 1), "orphan": 3}


def tree(directory):
    """Every entry with its content and, for the machine's files, its time of modification."""
    found = {}
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            timed = name.startswith("machine") and not name.endswith(".sqlite")
            found[name] = (digest, path.stat().st_mtime_ns if timed else None)
    return found


def dump(directory):
    with closing(sqlite3.connect(directory / DATABASE)) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def test_the_same_spec_gives_the_same_bytes_and_rows(tmp_path):
    spec = SimulationSpec(**SMALL, plants=EVERYTHING)
    generate(tmp_path / "one", spec)
    generate(tmp_path / "two", spec)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert dump(tmp_path / "one") == dump(tmp_path / "two")


def test_each_archive_is_there_however_few_documents_there_are(tmp_path):
    """Else the checks find one that is unreachable in an installation where nothing was planted."""
    generate(tmp_path, SimulationSpec(users=5, documents=1))
    assert (tmp_path / "machine/C/SO_ARC").is_dir()
    assert (tmp_path / "machine/D/SO_ARC2").is_dir()


def test_another_seed_gives_another_installation(tmp_path):
    generate(tmp_path / "one", SimulationSpec(**SMALL))
    generate(tmp_path / "two", SimulationSpec(**SMALL, seed=2))
    assert dump(tmp_path / "one") != dump(tmp_path / "two")


def test_building_again_leaves_nothing_of_the_earlier_installation(tmp_path):
    generate(tmp_path / "one", SimulationSpec(**SMALL, plants=EVERYTHING))
    generate(tmp_path / "one", SimulationSpec(**SMALL), overwrite=True)
    generate(tmp_path / "two", SimulationSpec(**SMALL))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_simulation_that_is_there_is_not_overwritten_unless_that_is_said(tmp_path):
    generate(tmp_path / "one", SimulationSpec(**SMALL))
    answers = tmp_path / "one" / "answers.toml"
    answers.write_text("# of a person\n", encoding="utf-8")
    before = tree(tmp_path / "one")
    for spec in (SimulationSpec(**SMALL), SimulationSpec(**SMALL, seed=2)):
        with pytest.raises(InputError) as refused:
            generate(tmp_path / "one", spec)
        assert refused.value.code == "simulation-exists"
        assert "--overwrite" in refused.value.remedy
    assert tree(tmp_path / "one") == before


def test_a_simulation_that_is_half_built_is_built_anew(tmp_path):
    generate(tmp_path / "one", SimulationSpec(**SMALL))
    (tmp_path / "one" / "truth.json").unlink()  # written last
    generate(tmp_path / "one", SimulationSpec(**SMALL, seed=2))
    assert (tmp_path / "one" / "truth.json").is_file()


def test_a_directory_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(SimulationError, match="not empty"):
        generate(tmp_path, SimulationSpec(**SMALL))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_impossible_over_plan_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(SimulationError, match="the fullest plan has"):
        generate(tmp_path / "new", SimulationSpec(**SMALL, plants={"over-plan": 12}))
    assert not (tmp_path / "new").exists()


def test_the_smallest_installation_can_be_built(tmp_path):
    simulation = generate(tmp_path, SimulationSpec(users=1, documents=0))
    assert simulation.truth["counts"]["files"]["documents"] == 0
    assert [user["login"] for user in simulation.truth["users"] if not user["retired"]] == ["HH"]


def test_no_path_of_this_machine_gets_into_the_installation(clean):
    for path in clean.directory.rglob("*"):
        if path.suffix in {".toml", ".json", ".ini", ".config", ".reg"} or path.name == "config":
            content = path.read_bytes()
            assert str(clean.directory).encode() not in content
            assert str(clean.directory).encode("utf-16-le") not in content


def test_memory_does_not_grow_with_the_documents(tmp_path, monkeypatch):
    # The files' sizes are not the subject, and small ones are quick.
    monkeypatch.setattr("omt_simulator.content.MEDIAN_BYTES", 300)

    def peak(documents):
        # Objects of other tests, when there are many, put off that rings of objects are looked for.
        gc.collect()
        gc.freeze()
        gc.collect()
        tracemalloc.start()
        try:
            generate(tmp_path / str(documents), SimulationSpec(users=10, documents=documents), overwrite=True)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            gc.unfreeze()

    peak(4000)  # What is loaded once counts for neither.
    few, many = peak(1000), peak(4000)
    assert (many - few) / 3000 < 500  # bytes for each; a document with its rows is several times that


def test_what_is_built_anew_counts_as_whole_only_in_the_end(tmp_path, monkeypatch):
    generate(tmp_path / "site", SimulationSpec(users=4, documents=3))

    def ended(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("omt_simulator.directory.remove_tree", ended)
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path / "site", SimulationSpec(users=4, documents=3), overwrite=True)
    generate(tmp_path / "site", SimulationSpec(users=4, documents=3))
