"""Addresses of NetServer's web services, from the settings that point at them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_SERVICE_PATH = re.compile(r"/(?:remote(?:/services\w*)?|services\d*)(?:/.*)?$", re.IGNORECASE)
"""ND: which part of an address is the web site's and which the SOAP services' own. The documented examples end in
`/Remote/Services86/` and the like; what remains is the web root below which `api` lies."""


def service_root(address: str) -> str | None:
    """Return the web root of an address without user, query and the services' own part; None when it is no address."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    path = _SERVICE_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, shown if port is None else f"{shown}:{port}", path, "", ""))
