"""The tenant's address: plain http to this machine only, and which proxy leads to it."""

from __future__ import annotations

import urllib.request

from yarl import URL

from omt_core.api import ONLINE_NOT_NAMED, SECRETS, sentence
from omt_online.errors import ONLINE_PROXY_NOT_VALID, ONLINE_URL_NOT_ENCRYPTED, ONLINE_URL_NOT_VALID
from omt_protocol.tls import is_loopback


def tenant_url(text: str | None) -> URL:
    """Check the address of a tenant and return it without a trailing slash.

    Raises `InputError` when there is none, when it is not an http address, or when it is not encrypted on its way.
    """
    if not text:
        raise ONLINE_NOT_NAMED.error(
            sentence("No online side is named."),
            remedy=sentence("Set online.url in the answers file to the address of the tenant."),
        )
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ONLINE_URL_NOT_VALID.error()
    if url.user or url.password or url.query_string or url.fragment:
        raise ONLINE_URL_NOT_VALID.error(
            sentence("The address of {host} holds more than host, port and path.", host=url.host),
            remedy=sentence(
                "Leave user, password, query and fragment out of online.url; the secret belongs in online.token_file."
            ),
        )
    if url.scheme == "http" and not is_loopback(url.host):
        raise ONLINE_URL_NOT_ENCRYPTED.error(
            sentence(
                "{host} is another machine, and plain http would send the CRM's data there for all to read.",
                host=url.host,
            )
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
        raise ONLINE_PROXY_NOT_VALID.error()
    return url
