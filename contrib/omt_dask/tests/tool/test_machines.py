"""Workers as rows for a person."""

from __future__ import annotations

from typing import Any, cast

import pytest
from omt_core.api import SendingState
from omt_upload.lanes.batch_sender import BatchResult

from omt_dask.messages.answers import Answer
from omt_dask.tool.machines import Machines

OSLO, AGAIN = "tls://192.0.2.1:1", "tls://192.0.2.1:2"


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def machines(clock: Clock) -> Machines:
    made = Machines(clock)
    made.join("oslo-1", OSLO)
    return made


def answer(sent: int, items: int = 1) -> Answer:
    return Answer(machine="oslo-1", seconds=1.0, result=BatchResult(outcomes=cast("Any", (None,) * items), sent=sent))


def test_a_worker_waits_sends_goes_and_comes_back(machines: Machines) -> None:
    states = []
    for seen, sending in (({OSLO: 1.0}, ()), ({OSLO: 2.0}, (OSLO,)), ({}, ())):
        machines.look(seen, sending)
        states.append(machines.rows()[0].state)
    machines.join("oslo-1", AGAIN)
    machines.look({AGAIN: 1.0}, (AGAIN,))
    states.append(machines.rows()[0].state)
    assert states == [SendingState.WAITING, SendingState.SENDING, SendingState.GONE, SendingState.SENDING]
    assert len(machines) == 1


def test_a_worker_that_hangs_is_last_heard_of_when_it_last_said_something(machines: Machines) -> None:
    machines.look({OSLO: 1.0}, ())
    heard = machines.rows()[0].heard
    machines.look({OSLO: 1.0}, ())
    assert machines.rows()[0].heard == heard
    machines.look({OSLO: 2.0}, ())
    assert machines.rows()[0].heard > heard


def test_the_rate_is_that_of_now(machines: Machines, clock: Clock) -> None:
    machines.look({OSLO: 1.0}, (OSLO,))
    assert machines.rows()[0].rate is None
    clock.now += 10
    machines.take(answer(5_000, items=3))
    assert (machines.rows()[0].rate, machines.rows()[0].items, machines.rows()[0].sent_bytes) == (500.0, 3, 5_000)
    clock.now += 100
    assert machines.rows()[0].rate == 0
    machines.look({}, ())
    assert machines.rows()[0].rate is None
