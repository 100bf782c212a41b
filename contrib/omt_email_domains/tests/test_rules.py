"""The rules, without a host around them."""

from __future__ import annotations

import pytest
from omt_core.api import SUBJECTS_SHOWN, Severity

from omt_email_domains import EmailDomainsSettings
from omt_email_domains.rules import outside_domains, role_mailboxes

OURS = EmailDomainsSettings(allowed_domains=("example.com", "example.no"))


def test_user_names_in_the_allowed_domains_pass_in_any_case() -> None:
    assert outside_domains({"HH": "h@example.com", "HUH": " HUH@EXAMPLE.NO "}, OURS) == ()


def test_all_logins_outside_are_named_in_one_error() -> None:
    (finding,) = outside_domains({"HH": "h@example.com", "VS": "v@mail.test", "AB": "a@sub.example.com"}, OURS)
    assert (finding.code, finding.severity) == ("user-name-domain-not-allowed", Severity.ERROR)
    assert finding.subjects == ("AB", "VS")
    assert "VS (v@mail.test)" in finding.message


@pytest.mark.parametrize("name", ["example.com", "h@example.com.evil.test", "h@example.com@evil.test", "h", "@"])
def test_a_name_that_only_looks_like_it_is_outside(name: str) -> None:
    outside = outside_domains({"HH": name}, EmailDomainsSettings(allowed_domains=("example.org",)))
    assert outside[0].subjects == ("HH",)


def test_many_cases_make_one_short_finding() -> None:
    (finding,) = outside_domains({f"U{number}": f"u{number}@mail.test" for number in range(2_000)}, OURS)
    assert len(finding.subjects) == SUBJECTS_SHOWN
    assert finding.message.startswith("2000 user names")
    assert len(finding.message) < 300


def test_without_domains_nothing_is_refused_but_it_is_said() -> None:
    (finding,) = outside_domains({"HH": "h@mail.test"}, EmailDomainsSettings())
    assert (finding.code, finding.severity) == ("user-name-domains-not-set", Severity.WARNING)


@pytest.mark.parametrize("name", ["info@example.com", "POST@example.no", "info+crm@example.com"])
def test_a_role_mailbox_is_a_warning(name: str) -> None:
    (finding,) = role_mailboxes({"HH": name}, OURS)
    assert (finding.code, finding.severity, finding.subjects) == (
        "user-name-is-role-mailbox",
        Severity.WARNING,
        ("HH",),
    )


@pytest.mark.parametrize("name", ["information@example.com", "h.info@example.com", "info"])
def test_a_personal_mailbox_is_none(name: str) -> None:
    assert role_mailboxes({"HH": name}, OURS) == ()
