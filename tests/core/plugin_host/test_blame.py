"""A plugin that holds up everything is named while it does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import ClassVar

import pytest
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.findings import Finding
from omt_core.api.plugin import Plugin, hookimpl
from omt_core.plugin_host.blame import Blame
from omt_core.plugin_host.watchdog import watchdog
from tests.core.plugin_host import plugins
from tests.core.plugin_host.test_dispatch import dispatch_of, host_of, users_call

pytestmark = pytest.mark.anyio


class Blocking(Plugin):
    """Waits on the event loop until it is let go."""

    let_go: ClassVar[threading.Event]

    @override
    @hookimpl
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        self.let_go.wait(60)
        return ()


async def test_a_plugin_that_holds_up_the_event_loop_is_named_with_its_hook() -> None:
    Blocking.let_go = threading.Event()
    host, told = host_of(bad=Blocking), []

    def tell(words: str) -> None:
        told.append(words)
        Blocking.let_go.set()

    with watchdog(Blame(host), tell, seconds=0.05):
        await dispatch_of(host).every(Plugin.validate_users, users_call())
    (words,) = told
    assert words.startswith("The plugin 'bad' in 'validate_users' has held up everything for 0.05 seconds.")


def test_whose_code_raised_is_found_in_the_traceback() -> None:
    blame = Blame(host_of(good=plugins.Good))
    with pytest.raises(RuntimeError) as raised:
        plugins.FailsWhenMade(None)
    assert blame.of_traceback(raised.value.__traceback__) == "good"
