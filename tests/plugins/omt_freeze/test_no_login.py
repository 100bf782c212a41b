from __future__ import annotations

from typing import Any

import pytest

from omt_core.api.errors import FreezeLiftedError, InstallationError
from omt_freeze import FreezeSettings

MARK = "[omt: 2026-11-29 23:10 UTC, hanne on SRV1]"
MESSAGE = f"{FreezeSettings().event_message} {MARK}"
OURS = (41, "kSENoLogin", 1, 0, MESSAGE)


def test_the_event_is_added_for_everybody_with_the_next_id_of_the_sequence(site: Any) -> None:
    site.freeze()
    assert site.rows_of_events() == [OURS]
    assert site.next_id() == 42


def test_thaw_removes_it_and_leaves_a_gap_in_the_ids(site: Any) -> None:
    site.freeze()
    assert site.thaw() == []
    assert (site.rows_of_events(), site.next_id()) == ([], 42)


def test_every_column_that_must_not_be_null_is_written(site: Any) -> None:
    site.freeze()
    row = site.connection.execute(
        "SELECT registered, updated, extraInfo, registered_associate_id, updated_associate_id, updatedCount"
        " FROM systemevent"
    ).fetchone()
    assert row[0] == row[1]
    assert row[2:] == (0, 0, 0, 0)


def test_columns_that_the_database_does_not_have_are_left_out(make_site: Any) -> None:
    site = make_site(columns=("SystemEvent_id", "scope", "owner", "eventkey", "eventmess"))
    site.freeze()
    assert site.rows_of_events() == [OURS]


def test_a_database_without_the_columns_that_matter_is_refused(make_site: Any) -> None:
    site = make_site(columns=("SystemEvent_id", "scope", "owner", "eventkey"))
    site.columns = ("SystemEvent_id", "scope", "owner")
    with pytest.raises(InstallationError) as refused:
        site.freeze()
    assert refused.value.code == "no-login-event-impossible"


def test_the_event_of_someone_else_is_left_and_reported_and_survives_the_thaw(site: Any) -> None:
    site.add_event(7)
    before = site.rows_of_events()
    site.freeze()
    assert [finding.code for finding in site.findings()] == ["no-login-event-of-others"]
    assert site.thaw() == ["no-login-event-of-others"]
    assert (site.rows_of_events(), site.next_id()) == (before, 41)


@pytest.mark.parametrize("others", [False, True])
def test_an_event_that_is_gone_has_let_users_in_whoever_had_added_it(site: Any, others: bool) -> None:
    if others:
        site.add_event(7)
    site.freeze()
    site.confirm()
    site.connection.execute("UPDATE systemevent SET eventmess = 'Back on Monday.', updatedCount = 1")
    site.confirm()  # whatever it says, it keeps users out
    site.connection.execute("DELETE FROM systemevent")
    before = (dict(site.kept), site.config.read_bytes())
    with pytest.raises(FreezeLiftedError) as caught:
        site.confirm()
    assert (caught.value.code, "No Login event" in caught.value.message) == ("freeze-lifted", True)
    assert (dict(site.kept), site.config.read_bytes(), site.rows_of_events()) == (*before, [])


def test_an_event_of_someone_else_that_is_gone_by_then_is_not_reported(site: Any) -> None:
    site.add_event(7)
    site.freeze()
    site.connection.execute("DELETE FROM systemevent")
    assert site.thaw() == []


def test_events_of_another_kind_or_scope_are_nobodys_business(site: Any) -> None:
    site.add_event(7, key="kSEFreetextRebuild")
    site.connection.execute(
        "INSERT INTO systemevent (SystemEvent_id, eventkey, scope, owner) VALUES (8, 'kSENoLogin', 4, 5)"
    )
    site.freeze()
    site.thaw()
    assert [row[0] for row in site.rows_of_events()] == [7, 8]


def test_an_event_that_was_changed_since_is_left_and_reported(site: Any) -> None:
    site.freeze()
    site.connection.execute("UPDATE systemevent SET eventmess = 'keep out'")
    assert site.thaw() == ["no-login-event-changed"]
    assert len(site.rows_of_events()) == 1
    assert site.thaw() == []


def test_thaw_knows_the_event_by_what_was_written_not_by_the_settings_of_the_day(site: Any) -> None:
    site.freeze(FreezeSettings(event_key="kSEOther", event_message="Closed."))
    assert site.rows_of_events() == [(41, "kSEOther", 1, 0, f"Closed. {MARK}")]
    site.thaw()
    assert site.rows_of_events() == []


def test_a_sequence_that_has_fallen_behind_is_skipped_forward(site: Any) -> None:
    site.add_event(99, key="other")
    site.freeze()
    assert [row[0] for row in site.rows_of_events()] == [99, 100]
    assert site.next_id() == 101


def test_a_table_without_a_sequence_gets_the_id_behind_the_highest(site: Any) -> None:
    site.connection.execute("DELETE FROM sequence")
    site.add_event(99, key="other")
    site.freeze()
    assert [row[0] for row in site.rows_of_events()] == [99, 100]


def test_an_id_that_someone_takes_at_the_same_moment_is_not_used_twice(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = site.write

    async def taken_before(sql: str, parameters: Any = ()) -> int:
        if sql.startswith("UPDATE") and site.next_id() < 43:
            site.connection.execute("UPDATE sequence SET next_id = next_id + 1 WHERE id = 163")
        return int(await write(sql, parameters))

    monkeypatch.setattr(site, "write", taken_before)
    site.freeze()
    assert [row[0] for row in site.rows_of_events()] == [43]
    assert site.next_id() == 44


def test_a_sequence_that_never_holds_still_stops_the_freeze(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def always_late(sql: str, parameters: Any = ()) -> int:
        del sql, parameters
        return 0

    monkeypatch.setattr(site, "write", always_late)
    with pytest.raises(InstallationError) as refused:
        site.freeze()
    assert refused.value.code == "event-id-contended"


def test_a_long_message_leaves_room_for_the_mark(site: Any) -> None:
    site.freeze(FreezeSettings(event_message="x" * 254))
    ((_, _, _, _, message),) = site.rows_of_events()
    assert len(message) == 254
    assert message.endswith(f"x {MARK}")
