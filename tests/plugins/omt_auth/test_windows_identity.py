from __future__ import annotations

import pytest

from omt_auth.verification import Verdict
from omt_auth.windows_identity import WindowsIdentity
from omt_core.api.files import process_sid

SID = "S-1-5-21-1004336348-1177238915-682003330-512"


def verdict(crm, user: str, sid: str | None = SID) -> Verdict:
    return crm.ask(WindowsIdentity(lambda: sid).verify, user, "").verdict


def test_the_windows_user_is_the_associate_whose_credential_has_the_sid(crm) -> None:
    crm.add("credentials", (1, 1, "ActiveDirectory", SID, None, None, None, 1))
    assert verdict(crm, "æø") is Verdict.CONFIRMED
    assert verdict(crm, "UA") is Verdict.WRONG


def test_a_windows_user_without_a_credential_is_undecided(crm) -> None:
    crm.add("credentials", (1, 1, "ActiveDirectory", SID, None, None, None, 0))
    assert verdict(crm, "ÆØ") is Verdict.UNDECIDED
    assert verdict(crm, "ÆØ", None) is Verdict.UNDECIDED


def test_a_credential_that_points_at_nobody_lets_nobody_in(crm) -> None:
    crm.add("credentials", (1, 99, "ActiveDirectory", SID, None, None, None, 1))
    assert verdict(crm, "ÆØ") is Verdict.WRONG


@pytest.mark.posix("there a process has a SID")
def test_elsewhere_a_process_has_no_sid() -> None:
    assert process_sid() is None
