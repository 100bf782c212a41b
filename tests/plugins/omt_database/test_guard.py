from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_database.guard import LEAST_WORK, LONGEST_SHARE, SAMPLES, Guard, GuardSettings

WORK = 4 * LEAST_WORK


def guard(**settings: object) -> Guard:
    return Guard(GuardSettings.model_validate(settings))


def pauses(guard: Guard, *seconds: float) -> list[float]:
    noted = []
    for some in seconds:
        guard.note(some, WORK)
        noted.append(guard.pause)
    return noted


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=60), st.integers(0, 10**10))
def test_a_pause_is_never_longer_than_settings_and_share_allow(seconds, work):
    watched = guard(longest_pause=3)
    for some in seconds:
        watched.note(some, work)
        assert 0 <= watched.pause <= min(3, LONGEST_SHARE * some)


@given(st.lists(st.floats(0.3, 1.4), max_size=60))
def test_a_run_whose_batches_vary_as_they_do_is_not_slowed(seconds):
    watched = guard()
    assert not any(pauses(watched, *seconds))
    assert not watched.slowed


def test_a_database_that_becomes_slow_is_left_alone_as_long_as_it_takes_and_longer():
    watched = guard()
    assert not any(pauses(watched, *[0.1] * SAMPLES))
    assert pauses(watched, *[1.0] * 7) == [0, 0, 1, 2, 4, 4, 4]
    assert watched.slowed


def test_it_recovers_by_itself():
    watched = guard()
    pauses(watched, *[0.1] * SAMPLES, *[1.0] * 7)
    assert pauses(watched, *[0.1] * 6)[-1] == 0


def test_one_slow_batch_means_nothing():
    watched = guard()
    assert not any(pauses(watched, *[0.1] * SAMPLES, 60, *[0.1] * SAMPLES))


def test_what_is_slow_from_the_start_is_how_fast_it_is():
    assert not any(pauses(guard(), *[5.0] * 20))


def test_a_batch_that_is_done_soon_is_never_slow():
    assert not any(pauses(guard(), *[0.001] * SAMPLES, *[0.4] * 20))


def test_small_batches_say_nothing():
    watched = guard()
    pauses(watched, *[0.1] * SAMPLES)
    for _ in range(20):
        watched.note(9.0, LEAST_WORK - 1)
    assert not watched.pause


def test_it_can_be_turned_off():
    assert not any(pauses(guard(enabled=False), *[0.1] * SAMPLES, *[9.0] * 20))


def test_a_watched_fetch_pauses_before_it_asks_the_database(monkeypatch):
    watched, now, log = guard(), [0.0], []
    monkeypatch.setattr(Guard, "clock", staticmethod(lambda: now[0]))
    monkeypatch.setattr(Guard, "sleep", staticmethod(log.append))

    def fetch(result):
        log.append("fetch")
        now[0] += result.pop(0)
        return result

    fetching = watched.watching(fetch, lambda _: WORK)
    times = [0.1] * SAMPLES + [1.0] * 4
    for _ in list(times):
        fetching(times)
    assert log == ["fetch"] * 8 + [1.0, "fetch"]


@pytest.mark.parametrize("settings", [{"factor": 1}, {"longest_pause": -1}, {"patience": -1}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match="greater"):
        guard(**settings)
