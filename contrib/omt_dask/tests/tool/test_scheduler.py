"""A scheduler that is not to be reached, for a moment or any more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from distributed.comm.core import CommClosedError
from omt_core.api import InstallationError

from omt_dask.tool import scheduler
from omt_dask.tool.scheduler import answered

pytestmark = pytest.mark.anyio


class Asked:
    """Fails so many times, then answers."""

    def __init__(self, fails: int) -> None:
        self.left = fails
        self.times = 0

    async def __call__(self) -> str:
        self.times += 1
        self.left -= 1
        if self.left >= 0:
            raise CommClosedError("cut")
        return "answer"


def client(status: str) -> Any:
    return cast("Any", SimpleNamespace(status=status))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "SECONDS_BETWEEN_TRIES", 0.0)


async def test_a_question_whose_connection_breaks_is_asked_again() -> None:
    question = Asked(2)
    assert await answered(client("running"), question) == "answer"
    assert question.times == 3


@pytest.mark.parametrize(("status", "times"), [("running", 5), ("connecting", 1)])
async def test_a_scheduler_is_lost_where_that_goes_on_or_the_tools_own_connection_breaks(
    status: str, times: int
) -> None:
    question = Asked(100)
    with pytest.raises(InstallationError) as caught:
        await answered(client(status), question)
    assert caught.value.code == "dask-scheduler-lost"
    assert question.times == times
