"""A freeze of this tool whose journal is lost or elsewhere is taken over; what an administrator did himself is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omt_freeze import FreezeSettings
from omt_freeze.mark import Mark

CONFIG = b"dbHost = sql\r\ndbPassword = x"


@pytest.fixture
def frozen(make_site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site that somebody else froze from a workspace that is gone."""
    site = make_site(CONFIG)
    site.freeze()
    for module in ("no_login", "service_config"):
        monkeypatch.setattr(f"omt_freeze.{module}.own_mark", lambda: Mark("per on SRV2", "2026-11-30 01:00 UTC"))
    for path in site.workspace.rglob("config-*"):
        path.unlink()
    site.kept.clear()
    return site


def codes(site: Any) -> list[str]:
    return [finding.code for finding in site.findings()]


def edit(site: Any, assignment: str) -> None:
    site.connection.execute(f"UPDATE systemevent SET {assignment}")


def test_it_is_taken_over_and_the_thaw_restores_what_was_before_it(frozen: Any) -> None:
    before = frozen.rows_of_events(), frozen.config.read_bytes()
    frozen.freeze()
    assert codes(frozen) == ["earlier-freeze-taken-over"] * 2
    assert "by hanne on SRV1 at 2026-11-29 23:10 UTC" in frozen.findings()[0].message
    assert (frozen.rows_of_events(), frozen.config.read_bytes()) == before
    assert frozen.copies() == [CONFIG]
    assert frozen.thaw() == []
    assert (frozen.rows_of_events(), frozen.config.read_bytes()) == ([], CONFIG)
    assert list(frozen.workspace.iterdir()) == []


def test_taking_over_twice_is_taking_over_once(frozen: Any) -> None:
    frozen.freeze()
    frozen.freeze()
    assert codes(frozen) == ["earlier-freeze-taken-over"] * 2
    assert frozen.thaw() == []
    assert (frozen.rows_of_events(), frozen.config.read_bytes()) == ([], CONFIG)


def test_a_freeze_that_was_thawed_and_is_back_with_a_backup_is_taken_over_again(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    config, ((event_id, key, _, _, message),) = site.config.read_bytes(), site.rows_of_events()
    site.thaw()
    site.config.write_bytes(config)
    site.add_event(event_id, message, key)
    site.freeze()
    assert site.thaw() == []
    assert (site.rows_of_events(), site.config.read_bytes()) == ([], CONFIG)


def test_what_others_wrote_behind_the_line_meanwhile_stays(frozen: Any) -> None:
    frozen.config.write_bytes(frozen.config.read_bytes() + b"\r\nnew = 1\r\n")
    frozen.freeze()
    assert frozen.thaw() == []
    assert frozen.config.read_bytes() == CONFIG + b"\r\nnew = 1\r\n"


def test_a_line_of_the_administrator_behind_ours_stays_and_is_told(frozen: Any) -> None:
    frozen.config.write_bytes(frozen.config.read_bytes() + b"\r\nfrozen\r\n")
    frozen.freeze()
    assert codes(frozen) == ["earlier-freeze-taken-over"] * 2 + ["service-frozen-by-others"]
    assert frozen.thaw() == ["service-frozen-by-others"]
    assert frozen.config.read_bytes() == CONFIG + b"\r\nfrozen\r\n"


@pytest.mark.parametrize(
    "change", ["eventmess = eventmess || ' Call Bob.'", "updatedCount = 1", "eventmess = 'Closed for the audit.'"]
)
def test_an_event_that_the_administrator_changed_is_his(frozen: Any, change: str) -> None:
    edit(frozen, change)
    before = frozen.rows_of_events()
    frozen.freeze()
    assert codes(frozen) == ["no-login-event-of-others", "earlier-freeze-taken-over"]
    assert frozen.thaw() == ["no-login-event-of-others"]
    assert frozen.rows_of_events() == before


def test_a_database_that_counts_no_changes_tells_by_the_text_alone(make_site: Any) -> None:
    site = make_site(CONFIG, columns=("SystemEvent_id", "scope", "owner", "eventkey", "eventmess"))
    site.freeze()
    site.kept.clear()
    site.freeze()
    assert site.thaw() == []
    assert site.rows_of_events() == []


def test_a_line_without_our_comment_is_the_administrators_also_where_we_froze_once(make_site: Any) -> None:
    site = make_site(CONFIG)
    site.freeze()
    site.config.write_bytes(b"frozen\r\n")
    site.freeze()
    assert site.thaw() == ["service-frozen-by-others"]
    assert site.config.read_bytes() == b"frozen\r\n"


def test_a_thaw_that_finds_the_freeze_of_another_run_beside_its_own_says_so_and_leaves_it(frozen: Any) -> None:
    frozen.freeze(FreezeSettings(event_key="kSEOther"))
    assert frozen.thaw() == ["frozen-by-another-run"]
    assert [row[1] for row in frozen.rows_of_events()] == ["kSENoLogin"]
    assert frozen.config.read_bytes() == CONFIG


def test_what_an_older_version_noted_as_of_others_is_told_as_the_freeze_of_another_run(frozen: Any) -> None:
    ((event_id, key, _, _, message),) = frozen.rows_of_events()
    event = {"state": "left", "id": event_id, "key": key, "message": message}
    frozen.kept["no-login-event"] = json.dumps(event)
    frozen.kept["service-config"] = json.dumps({"state": "left", "path": str(frozen.config)})
    assert frozen.thaw() == ["frozen-by-another-run"] * 2
    assert frozen.thaw(from_site=True) == []
    assert (frozen.rows_of_events(), frozen.config.read_bytes()) == ([], CONFIG)
