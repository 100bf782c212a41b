"""One writer, many callers: each change is whole or undone, and durable when it is answered."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from omt_core.api.errors import InputError
from omt_tenant.store.state_database import StateDatabase


@pytest.fixture
def state(tmp_path):
    state = StateDatabase(tmp_path / "tenant.sqlite")
    yield state
    state.close()


def add(name):
    return lambda connection: connection.execute("INSERT INTO taken_user_names VALUES (?)", (name,))


def names(state):
    with state.read() as connection:
        return {name for (name,) in connection.execute("SELECT name FROM taken_user_names")}


def test_changes_of_many_threads_are_all_kept(state):
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: state.write(add(str(number))), range(200)))
    assert names(state) == {str(number) for number in range(200)}


def test_a_change_that_raises_is_undone_alone_though_others_share_its_transaction(state):
    def partly(connection):
        add("half")(connection)
        raise ZeroDivisionError

    entered, release = threading.Event(), threading.Event()

    def hold(_):
        entered.set()
        release.wait()

    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(state.write, hold)
        entered.wait()
        waiting = [threads.submit(state.write, change) for change in (add("one"), partly, add("two"))]
        release.set()
        held.result()
        assert [future.exception().__class__.__name__ for future in waiting] == [
            "NoneType",
            "ZeroDivisionError",
            "NoneType",
        ]
    assert names(state) == {"one", "two"}


def test_what_was_written_is_there_for_another_process(state, tmp_path):
    state.write(add("kept"))
    with sqlite3.connect(tmp_path / "tenant.sqlite") as other:
        assert other.execute("SELECT name FROM taken_user_names").fetchall() == [("kept",)]
    other.close()


def test_a_full_disk_undoes_the_change_and_leaves_a_state_that_works(state):
    pages = state.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    state.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(sqlite3.OperationalError) as caught:
        state.write(add("x" * 1_000_000))
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_FULL
    state.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    state.write(add("kept"))
    assert names(state) == {"kept"}


def test_a_file_of_another_version_is_refused(state, tmp_path):
    state.write(lambda connection: None)
    path = tmp_path / "newer.sqlite"
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(InputError) as caught:
        StateDatabase(path)
    assert caught.value.code == "tenant-unreadable"


def test_a_change_that_comes_once_it_is_closed_is_refused_instead_of_waiting_for_ever(tmp_path):
    state = StateDatabase(tmp_path / "tenant.sqlite")
    state.write(add("one"))
    state.close()
    late = ThreadPoolExecutor(1).submit(state.write, add("late"))
    with pytest.raises(RuntimeError, match="closed"):
        late.result(timeout=30)
