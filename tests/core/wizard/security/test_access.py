"""A launch token works once; a session lasts as long as a person uses it."""

from __future__ import annotations

import logging

import anyio
import pytest

from omt_core.api.redaction import SECRETS
from omt_core.http import Refusal
from omt_core.wizard.security import access as module
from omt_core.wizard.security.access import FAILURE_SECONDS, FAILURES, Access
from tests.core.wizard.serving import IDLE_SECONDS, Clock, FakeController, FakeDoorway

pytestmark = pytest.mark.anyio


class Wizard:
    def __init__(self) -> None:
        self.controller, self.doorway, self.clock = FakeController(), FakeDoorway(), Clock()
        self.access = Access(
            self.doorway, idle_seconds=IDLE_SECONDS, busy=lambda: self.controller.busy, clock=self.clock
        )
        self.access.renew()

    def come_in(self) -> str:
        return self.access.exchange(self.doorway.tokens[-1])


def refused(wizard: Wizard, token: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        wizard.access.exchange(token)
    return caught.value


async def test_a_token_buys_a_session_once_and_the_link_is_taken_away() -> None:
    wizard = Wizard()
    value = wizard.come_in()
    assert wizard.access.holds(value)
    assert wizard.doorway.shut_times == 1
    assert refused(wizard, wizard.doorway.tokens[-1]).status == 401
    assert wizard.access.holds(value), "who is in stays in"


async def test_tokens_and_cookies_have_256_bits_and_cookies_of_two_wizards_other_names() -> None:
    one, other = Wizard(), Wizard()
    values = {one.doorway.tokens[0], other.doorway.tokens[0], one.come_in(), other.come_in()}
    assert len(values) == 4
    assert all(len(value) * 6 >= 256 for value in values)  # base64: six bits a character
    assert one.access.cookie_name != other.access.cookie_name


@pytest.mark.parametrize("value", [None, "", "x", "\udcff", "x" * 10_000])
async def test_nothing_else_is_a_token_or_a_session(value: str | None) -> None:
    wizard = Wizard()
    wizard.come_in()
    assert not wizard.access.holds(value)
    assert refused(wizard, value or "").code == "launch-token-wrong"


async def test_an_older_link_works_no_more_and_sessions_go_on() -> None:
    wizard = Wizard()
    first = wizard.come_in()
    wizard.access.renew()
    wizard.access.renew()
    assert refused(wizard, wizard.doorway.tokens[-2]).status == 401
    assert wizard.access.holds(wizard.come_in())
    assert wizard.access.holds(first)


async def test_many_wrong_tokens_are_put_off_and_the_right_one_is_still_taken() -> None:
    wizard = Wizard()
    assert {refused(wizard, "wrong").status for _ in range(FAILURES)} == {401}
    late = refused(wizard, "wrong")
    assert (late.status, late.headers["Retry-After"]) == (429, "60")
    assert wizard.access.holds(wizard.come_in())
    wizard.clock.now += FAILURE_SECONDS
    assert refused(wizard, "wrong").status == 401


async def test_after_the_idle_time_all_sessions_end_and_a_new_link_is_shown() -> None:
    wizard = Wizard()
    one = wizard.come_in()
    wizard.access.renew()
    other, ended = wizard.come_in(), wizard.access.ended
    shown = len(wizard.doorway.tokens)
    wizard.clock.now += IDLE_SECONDS - 1
    assert wizard.access.holds(one)
    wizard.clock.now += 1
    assert not wizard.access.holds(one)
    assert not wizard.access.holds(other)
    assert ended.is_set(), "open streams end with their session"
    assert not wizard.access.ended.is_set()
    assert len(wizard.doorway.tokens) == shown + 1
    assert wizard.access.holds(wizard.come_in())


async def test_only_what_a_person_does_keeps_a_session() -> None:
    wizard = Wizard()
    value = wizard.come_in()
    wizard.clock.now += IDLE_SECONDS - 1
    wizard.access.note_use()
    wizard.clock.now += IDLE_SECONDS - 1
    assert wizard.access.holds(value)
    wizard.clock.now += 1
    assert not wizard.access.holds(value), "to be asked for is not to be used"


async def test_while_something_runs_nothing_expires_and_the_time_counts_from_its_end() -> None:
    wizard = Wizard()
    value = wizard.come_in()
    wizard.controller.busy = True
    wizard.clock.now += 10 * IDLE_SECONDS
    wizard.access.look()
    wizard.controller.busy = False
    wizard.clock.now += IDLE_SECONDS - 1
    assert wizard.access.holds(value)
    wizard.clock.now += 1
    assert not wizard.access.holds(value)


async def test_a_link_that_nobody_has_opened_yet_waits() -> None:
    wizard = Wizard()
    wizard.clock.now += 10 * IDLE_SECONDS
    wizard.access.look()
    assert len(wizard.doorway.tokens) == 1
    assert wizard.access.holds(wizard.come_in())


async def test_it_expires_without_any_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0)
    wizard = Wizard()
    wizard.come_in()
    wizard.clock.now += IDLE_SECONDS
    async with anyio.create_task_group() as group:
        ended = wizard.access.ended
        group.start_soon(wizard.access.watch)
        await ended.wait()
        group.cancel_scope.cancel()
    assert len(wizard.doorway.tokens) == 2


async def test_no_token_and_no_cookie_gets_into_a_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, logger="omt")
    monkeypatch.setattr(logging.getLogger("omt"), "propagate", True)
    wizard = Wizard()
    value = wizard.come_in()
    refused(wizard, wizard.doorway.tokens[0])
    wizard.clock.now += IDLE_SECONDS
    wizard.access.look()
    assert caplog.records
    for secret in (value, *wizard.doorway.tokens):
        assert secret not in caplog.text
        assert SECRETS.hide(f"cookie {secret}") == "cookie ***", "should another part of the tool log it"
