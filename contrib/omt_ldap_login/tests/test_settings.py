"""What people write into the settings file."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from omt_ldap_login import LdapLoginSettings

GOOD: dict[str, Any] = {"url": "ldaps://directory.example.com", "base_dn": "dc=example,dc=com"}


def test_address_and_base_are_enough() -> None:
    assert LdapLoginSettings.model_validate(GOOD).encrypted


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"url": "directory.example.com"}, "ldaps://directory.example.com"),
        ({"url": "https://directory.example.com"}, "ldaps://directory.example.com"),
        ({"base_dn": ""}, "base_dn"),
        ({"user_filter": "(uid=*)"}, "{user}"),
        ({"bind_pattern": "uid=admin,dc=example,dc=com"}, "{user}"),
        ({"required_filter": "memberOf=cn=crm"}, "parentheses"),
        ({"url": "ldap://directory.example.com", "start_tls": False}, "encrypted"),
        ({"timeout_seconds": 0}, "greater than 0"),
    ],
)
def test_a_mistake_is_told_and_what_is_wanted(changed: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LdapLoginSettings.model_validate({**GOOD, **changed})
    assert word in str(caught.value)


def test_only_a_directory_on_this_machine_may_do_without_encryption() -> None:
    LdapLoginSettings.model_validate({**GOOD, "url": "ldap://127.0.0.1", "start_tls": False})
