"""The tenant's address: plain http to this machine only, and which proxy leads to it."""

from __future__ import annotations

import urllib.request

from yarl import URL

from omt_core.api import SECRETS, InputError, OnlineNotNamedError
from omt_protocol.tls import is_loopback


def tenant_url(text: str | None) -> URL:
    """Check the address of a tenant and return it without a trailing slash.

    Raises `InputError` when there is none, when it is not an http address, or when it is not encrypted on its way.
    """
    if not text:
        raise OnlineNotNamedError(
            "online-not-named",
            "No online side is named.",
            "Set online.url in the answers file to the address of the tenant.",
        )
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError(
            "online-url-not-valid",
            "online.url is not an address of an online side.",
            "Give it in full: https://, the host, and a path if there is one.",
        )
    if url.user or url.password or url.query_string or url.fragment:
        raise InputError(
            "online-url-not-valid",
            f"The address of {url.host} holds more than host, port and path.",
            "Leave user, password, query and fragment out of online.url; the secret belongs in online.token_file.",
        )
    if url.scheme == "http" and not is_loopback(url.host):
        raise InputError(
            "online-url-not-encrypted",
            f"{url.host} is another machine, and plain http would send the CRM's data there for all to read.",
            "Use an address that begins with https://.",
        )
    return url.with_path(url.path.rstrip("/"))


def proxy_for(url: URL, setting: str) -> URL | None:
    """Return the proxy that leads to `url`: none, the one that is set, or the one of the environment or the system."""
    if setting == "none":
        return None
    if setting != "environment":
        return _proxy_url(setting)
    host = url.host or ""
    # A proxy elsewhere cannot reach this machine's loopback address, whatever the environment says.
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    found = urllib.request.getproxies().get(url.scheme)
    return None if not found else _proxy_url(found)


def _proxy_url(text: str) -> URL:
    SECRETS.add_within(text)
    try:
        url = URL(text if "://" in text else f"http://{text}")
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError(
            "online-proxy-not-valid",
            "The proxy's address is not valid.",
            "Give online.proxy as http://host:port, or as environment or none.",
        )
    return url
