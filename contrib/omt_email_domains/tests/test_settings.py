"""What people write into the settings file."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from omt_email_domains import EmailDomainsSettings


def test_domains_are_taken_in_any_case_and_with_an_at_sign() -> None:
    assert EmailDomainsSettings(allowed_domains=("Example.COM", " @example.no ")).allowed_domains == (
        "example.com",
        "example.no",
    )


@pytest.mark.parametrize("wrong", ["", "info@example.com", "example com"])
def test_what_is_no_domain_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is not a domain"):
        EmailDomainsSettings(allowed_domains=(wrong,))


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="domains"):
        EmailDomainsSettings.model_validate({"domains": ["example.com"]})
