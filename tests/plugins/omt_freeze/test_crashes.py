"""Whatever moment the process dies at, a thaw in another process restores the installation."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omt_freeze.config_text import addition
from omt_freeze.mark import Mark

CONFIG = b"dbHost = sql\r\nnsUser = x"
FOREIGN = (7, "kSEFreetextRebuild", 1, 0, "backup")


@pytest.fixture
def make_fragile_site(make_site: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Sites that may also die before and after each flush and each renaming, not only at notes and statements."""
    current: list[Any] = []
    fsync, replace = os.fsync, Path.replace

    def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
        def step_around(*arguments: Any) -> Any:
            current[-1].step()
            answer = function(*arguments)
            current[-1].step()
            return answer

        return step_around

    monkeypatch.setattr(os, "fsync", stepping(fsync))
    monkeypatch.setattr(Path, "replace", stepping(replace))

    def make() -> Any:
        site = make_site(CONFIG)
        site.add_event(*(FOREIGN[0], FOREIGN[4], FOREIGN[1]))
        current.append(site)
        return site

    return make


def survives(site: Any, action: Callable[[], object], steps: int) -> bool:
    """Run until `steps` steps are done; tell whether the action came to its end before."""
    site.crash_after = steps
    try:
        action()
    except BaseException as fault:
        if type(fault).__name__ != "Crash":
            raise
        return False
    finally:
        site.crash_after = None
    return True


def assert_as_it_was(site: Any) -> None:
    assert site.config.read_bytes() == CONFIG
    assert [path.name for path in site.service.iterdir()] == ["config"]
    assert site.rows_of_events() == [FOREIGN]


def test_a_crash_in_the_freeze_then_a_thaw_restores_everything(make_fragile_site: Any) -> None:
    for steps in itertools.count():
        site = make_fragile_site()
        finished = survives(site, site.freeze, steps)
        assert site.thaw() == []
        assert_as_it_was(site)
        if finished:
            break
    assert steps > 15


def test_a_crash_in_the_freeze_is_undone_from_the_site_alone_when_its_journal_is_lost(make_fragile_site: Any) -> None:
    for steps in itertools.count():
        site = make_fragile_site()
        finished = survives(site, site.freeze, steps)
        site.kept.clear()
        assert site.thaw(from_site=True) == []
        assert_as_it_was(site)
        if finished:
            break
    assert steps > 15


def test_a_crash_in_the_freeze_then_another_freeze_ends_frozen_once(make_fragile_site: Any, mark: Mark) -> None:
    for steps in itertools.count():
        site = make_fragile_site()
        finished = survives(site, site.freeze, steps)
        site.freeze()
        assert site.findings() == []
        assert site.config.read_bytes() == CONFIG + addition(CONFIG, mark, site.workspace)
        assert len(site.rows_of_events()) == 2
        assert site.thaw() == []
        assert_as_it_was(site)
        if finished:
            break


def test_a_crash_in_the_thaw_of_a_crashed_freeze_then_another_thaw_restores_everything(make_fragile_site: Any) -> None:
    for steps in itertools.count(0, 3):
        for thaw_steps in itertools.count(0, 2):
            site = make_fragile_site()
            frozen = survives(site, site.freeze, steps)
            thawed = survives(site, site.thaw, thaw_steps)
            assert site.thaw() == []
            assert_as_it_was(site)
            if thawed:
                break
        if frozen:
            break


def test_an_event_part_that_fails_does_not_keep_the_service_frozen(make_fragile_site: Any, monkeypatch: Any) -> None:
    site = make_fragile_site()
    site.freeze()

    async def fail(sql: str, parameters: Any = ()) -> int:
        raise OSError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(site, "write", fail)
        with pytest.raises(OSError, match="gone"):
            site.thaw()
    assert site.config.read_bytes() == CONFIG
    assert site.thaw() == []
    assert_as_it_was(site)
