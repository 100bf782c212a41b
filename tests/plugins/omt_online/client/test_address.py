"""Secrets and data go encrypted, to the address that was given, by the way that was given."""

from __future__ import annotations

import pytest
from yarl import URL

from omt_core.api.errors import InputError
from omt_online.client.address import proxy_for, tenant_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://tenant.example.com", "https://tenant.example.com/"),
        ("https://tenant.example.com/omt/", "https://tenant.example.com/omt"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("http://127.9.9.9", "http://127.9.9.9/"),
        ("http://[::1]:1", "http://[::1]:1/"),
        ("http://localhost", "http://localhost/"),
    ],
)
def test_encrypted_and_local_addresses_are_taken(text: str, url: str) -> None:
    assert tenant_url(text) == URL(url)


@pytest.mark.parametrize(
    "text",
    ["http://tenant.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"],
)
def test_plain_http_to_another_machine_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        tenant_url(text)
    assert caught.value.code == "online-url-not-encrypted"


@pytest.mark.parametrize(
    "text", ["tenant", "ftp://tenant.example.com", "https://", "https://me:pass@tenant.example.com", "https://t/?a=b"]
)
def test_what_is_not_just_an_address_is_refused_without_showing_a_password(text: str) -> None:
    with pytest.raises(InputError) as caught:
        tenant_url(text)
    assert caught.value.code == "online-url-not-valid"
    assert "pass" not in caught.value.message + caught.value.remedy.replace("password", "")


def test_no_address_is_an_error_that_names_the_setting() -> None:
    with pytest.raises(InputError, match="No online side"):
        tenant_url(None)


def test_the_environment_names_the_proxy_unless_the_settings_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("no_proxy", "inside.example.com")
    url = URL("https://tenant.example.com")
    assert proxy_for(url, "environment") == URL("http://proxy.example.com:3128")
    assert proxy_for(url, "http://other:1") == URL("http://other:1")
    assert proxy_for(url, "none") is None
    assert proxy_for(URL("https://inside.example.com"), "environment") is None
    assert proxy_for(URL("https://127.0.0.1"), "environment") is None


def test_a_proxy_that_is_no_address_is_refused_without_showing_it() -> None:
    with pytest.raises(InputError) as caught:
        proxy_for(URL("https://tenant.example.com"), "socks://me:pass@proxy")
    assert "pass" not in caught.value.message
