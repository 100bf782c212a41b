"""A freeze is undone without its journal: by another account, from another machine, after the workspace was lost."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from omt_core.api import Notice
from omt_freeze import FreezeSettings

CONFIG = b"dbHost = sql\r\ndbPassword = x"
STATUS = attrgetter("st_ino", "st_mode", "st_size", "st_mtime_ns", "st_ctime_ns")
"""All that a change changes, and not the time of the last reading."""


def thawed(site: Any, settings: FreezeSettings | None = None) -> list[str]:
    site.kept.clear()
    site.events.clear()
    return list(site.thaw(settings, from_site=True))


def test_it_says_whose_and_since_when_and_undoes_exactly_that(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    assert thawed(site) == []
    assert site.config.read_bytes() == CONFIG
    assert site.rows_of_events() == []
    assert [path.name for path in site.service.iterdir()] == ["config"]
    event, line, place = (event.message for event in site.events if isinstance(event, Notice))
    assert event == "Removed the No Login event 41, which was added by hanne on SRV1 at 2026-11-29 23:10 UTC."
    assert line == (
        "Took the line 'frozen', added by hanne on SRV1 at 2026-11-29 23:10 UTC, out of"
        f" {site.config}, which is as it was before."
    )
    assert place == f"The workspace of that migration is {site.workspace} there."


def test_what_others_wrote_stays_and_is_reported(make_site: Any) -> None:
    site = make_site(b"a = 1\nfrozen\n")
    site.add_event(7)
    assert thawed(site) == ["no-login-event-of-others", "service-frozen-by-others"]
    assert site.config.read_bytes() == b"a = 1\nfrozen\n"
    assert len(site.rows_of_events()) == 1


def test_a_line_of_ours_goes_and_that_of_another_stays(make_site: Any) -> None:
    site = make_site(b"a = 1\n")
    site.freeze()
    site.config.write_bytes(b"frozen\n" + site.config.read_bytes())
    assert thawed(site) == ["service-frozen-by-others"]
    assert site.config.read_bytes() == b"frozen\na = 1\n"


def test_an_event_of_ours_is_known_whatever_key_the_settings_name_here(site: Any) -> None:
    site.freeze(FreezeSettings(event_key="kSEOther"))
    assert thawed(site) == []
    assert site.rows_of_events() == []
    assert [path.name for path in site.service.iterdir()] == ["config"]


def test_a_site_that_is_not_frozen_is_not_touched(make_site: Any) -> None:
    site = make_site(CONFIG)
    before = STATUS(site.config.stat())
    assert thawed(site) == []
    assert STATUS(site.config.stat()) == before
    assert site.events == []
