"""Whatever ends a run while the site is frozen, somebody is told how to let the users in again."""

from __future__ import annotations

import pytest

from omt_core.api.errors import ChoiceNeededError, InstallationError, OmtError, OnlineUnavailableError
from omt_core.engine.result import _say_frozen


@pytest.mark.parametrize(
    "error",
    [
        InstallationError("code", "What happened.", "What to do."),
        ChoiceNeededError("code", "What happened.", "What to do.", choices=("a",)),
        OnlineUnavailableError("code", "What happened.", "What to do.", retry_after=3),
    ],
)
def test_every_kind_of_error_can_say_it_and_says_it_once(error: OmtError) -> None:
    _say_frozen(error)
    _say_frozen(error)
    assert error.message == "What happened. The installation on site is still frozen."
    assert error.remedy == "What to do. `omt thaw` lets the users in again meanwhile."
