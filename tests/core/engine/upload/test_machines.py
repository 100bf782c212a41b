"""The machines of a transfer: what they did is kept for whoever looks, over all runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.decisions import MigrationMode
from omt_core.api.events import MachinesProgress, SendingMachine, SendingState
from omt_core.engine.report import record_of
from omt_core.engine.upload.machines import kept_machines, machines_kept
from omt_core.journal import Journal
from omt_core.plugin_host import EventHub

pytestmark = pytest.mark.anyio

HEARD = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
PAGE = "http://scheduler.example.com:8787/status"


def machine(name: str, items: int, state: SendingState = SendingState.SENDING) -> SendingMachine:
    return SendingMachine(name=name, state=state, items=items, sent_bytes=10 * items, rate=5.0, heard=HEARD)


async def test_what_machines_do_is_kept_at_once_and_their_page_for_as_long_as_they_send(tmp_path: Path) -> None:
    events = EventHub()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        await journal.runs.begin(mode=MigrationMode.INITIAL, baseline=False, plugins={})
        async with machines_kept(events, journal):
            events.emit(MachinesProgress(machines=(machine("oslo", 3),), dashboard=PAGE))
            while not (kept := await kept_machines(journal)).machines:
                pass
            assert kept == MachinesProgress(machines=(machine("oslo", 3),), dashboard=PAGE)
            record = await record_of(journal, tmp_path, {})
            assert (record.machines, record.dashboard) == (kept.machines, PAGE)
            events.emit(MachinesProgress(machines=(machine("oslo", 4), machine("bergen", 1, SendingState.GONE))))
        kept = await kept_machines(journal)
    assert not kept.dashboard
    assert [(one.name, one.items, one.state.value, one.rate) for one in kept.machines] == [
        ("bergen", 1, "gone", None),
        ("oslo", 4, "waiting", None),
    ]


async def test_a_later_run_adds_to_what_machines_did_before_also_where_the_one_before_failed(tmp_path: Path) -> None:
    events = EventHub()
    async with Journal.open(tmp_path / "journal.sqlite") as journal:

        async def fails() -> None:
            async with machines_kept(events, journal):
                events.emit(MachinesProgress(machines=(machine("bergen", 1), machine("oslo", 3))))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fails()
        async with machines_kept(events, journal):
            events.emit(MachinesProgress(machines=(machine("oslo", 1),)))
            events.emit(MachinesProgress(machines=(machine("oslo", 2),)))
        kept = await kept_machines(journal)
    assert [(one.name, one.items, one.sent_bytes, one.state.value) for one in kept.machines] == [
        ("bergen", 1, 10, "gone"),
        ("oslo", 5, 50, "waiting"),
    ]


async def test_a_transfer_that_tells_of_no_machines_keeps_none(tmp_path: Path) -> None:
    async with Journal.open(tmp_path / "journal.sqlite") as journal:
        async with machines_kept(EventHub(), journal):
            pass
        assert await journal.notes.of("core").recall("machines") is None


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "HTTP://scheduler.example.com",
        "http://",
        "http:///status",
        "http://user:secret@scheduler.example.com/status",
        "http://scheduler.example.com/ status",
        "http://scheduler.example.com/\u202estatus",
        'http://scheduler.example.com/"onclick="',
        "http://scheduler.example.com/\n",
        "//scheduler.example.com/status",
    ],
)
def test_an_address_that_is_not_plainly_one_of_a_page_is_not_taken(address: str) -> None:
    assert not MachinesProgress(machines=(), dashboard=address).dashboard


@given(st.text())
def test_whatever_text_is_given_as_the_address_only_one_of_http_is_taken(text: str) -> None:
    assert MachinesProgress(machines=(), dashboard=f"http://example.com/{text}").dashboard.isprintable()
    assert MachinesProgress(machines=(), dashboard=text).dashboard in {"", text if text.startswith("http") else ""}


def test_an_address_of_a_page_is_taken() -> None:
    for address in (PAGE, "https://dask.example.com", "http://[::1]:8787/status?name=a%20b#top"):
        assert MachinesProgress(machines=(), dashboard=address).dashboard == address
