"""What a freeze needs is asked for before the night, and nothing is written to find out."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from omt_core.api import MachineState, MigrationKind, ServiceFolders
from omt_freeze import preflight

STATUS = attrgetter("st_ino", "st_mode", "st_size", "st_mtime_ns", "st_ctime_ns")
"""All that a change changes, and not the time of the last reading."""


def test_a_site_that_can_be_frozen_has_no_finding_and_is_not_touched(site: Any) -> None:
    before = STATUS(site.config.stat())
    assert site.check() == []
    assert STATUS(site.config.stat()) == before
    assert site.rows_of_events() == []
    assert site.next_id() == 41


def test_a_test_migration_needs_no_right(site: Any) -> None:
    site.grants["systemevent"] = "GRANT INSERT ON x TO y"
    site.config.unlink()
    assert site.check(MigrationKind.TEST) == []


def test_rights_that_are_lacking_are_named_with_the_grant(site: Any) -> None:
    site.grants = {
        "systemevent": 'GRANT INSERT, DELETE ON "CRM7"."SYSTEMEVENT" TO "R"',
        "sequence": 'GRANT UPDATE ON "CRM7"."SEQUENCE" TO "R"',
    }
    events, ids = site.check()
    assert (events.code, events.subjects) == ("freeze-not-possible", ("systemevent",))
    assert events.message == (
        "The database user may not INSERT and DELETE in the table systemevent; what gives it:"
        ' GRANT INSERT, DELETE ON "CRM7"."SYSTEMEVENT" TO "R".'
    )
    assert ids.message.endswith('GRANT UPDATE ON "CRM7"."SEQUENCE" TO "R".')


def test_once_it_is_frozen_nobody_asks_whether_it_can_be(site: Any) -> None:
    site.grants["systemevent"] = "GRANT INSERT ON x TO y"
    assert site.check()
    assert site.check(in_snapshot=True) == []


def test_a_table_that_cannot_hold_the_event_is_told(site: Any) -> None:
    site.columns = ("SystemEvent_id", "scope")
    (finding,) = site.check()
    assert (finding.code, finding.subjects) == ("freeze-not-possible", ("systemevent",))
    assert "lacks owner, eventkey, eventmess" in finding.message


@pytest.mark.posix("modes are POSIX'")
@pytest.mark.parametrize("locked", ["the file", "the folder"])
def test_a_service_whose_configuration_may_not_be_written_is_told(
    site: Any, monkeypatch: pytest.MonkeyPatch, locked: str
) -> None:
    place = site.config if locked == "the file" else site.service
    # Whoever runs the tests may be root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != place)
    (finding,) = site.check()
    assert (finding.code, finding.subjects) == ("freeze-not-possible", (str(place),))
    assert "may not write to" in finding.message


def test_a_configuration_that_cannot_be_looked_at_is_told(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one on a share that has gone since it was read."""

    def refuse(place: Path) -> bool:
        raise OSError(errno.EIO, "The network name is no longer available", str(place))

    monkeypatch.setattr(preflight, "may_write", refuse)
    (finding,) = site.check()
    assert (finding.code, finding.subjects) == ("freeze-not-possible", (str(site.service),))
    assert finding.message.endswith("cannot be read: The network name is no longer available.")


def test_a_service_without_a_configuration_that_can_be_frozen_is_told(site: Any) -> None:
    site.config.write_bytes("dbHost = sql".encode("utf-16"))
    (utf16,) = site.check()
    site.config.unlink()
    (missing,) = site.check()
    assert "UTF-16" in utf16.message
    assert "has none of the files" in missing.message


def test_a_machine_that_can_replace_the_configuration_is_told_and_nothing_is_touched(site: Any) -> None:
    before = (STATUS(site.config.stat()), STATUS(site.service.stat()))
    (line,) = site.examine()
    assert (line.name, line.state, str(site.service) in line.message) == ("service-config", MachineState.OK, True)
    assert (STATUS(site.config.stat()), STATUS(site.service.stat())) == before


@pytest.mark.posix("modes are POSIX'")
def test_a_machine_that_may_not_replace_the_configuration_is_an_error(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    (line,) = site.examine()
    assert (line.state, "may not write to" in line.message) == (MachineState.ERROR, True)
    assert line.remedy
    site.config.unlink()
    assert [line.state for line in site.examine()] == [MachineState.ERROR]


def test_a_machine_is_asked_nothing_where_nothing_is_frozen(site: Any) -> None:
    (test,) = site.examine(MigrationKind.TEST)
    (unknown,) = site.examine(installation=None)
    (without,) = site.examine(installation=replace(site.installation(), service=ServiceFolders()))
    assert (test.state, unknown.state, without.state) == (
        MachineState.OK, MachineState.NOT_CHECKED, MachineState.OK,
    )  # fmt: skip
