"""Whom a client trusts on the line, and which host is this machine: for each address that secrets are sent to."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path

from omt_core.api import sentence
from omt_protocol.errors import CA_FILE_UNREADABLE


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name or address alone, without asking a name server."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def trust(ca_file: Path | None, *, section: str) -> ssl.SSLContext:
    """Return a context that verifies by the system's store and by the certificates (PEM) of `ca_file`. Blocking.

    `section` is the part of the settings that names the file. Raises `InputError` `ca-file-unreadable`.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise CA_FILE_UNREADABLE.error(
                sentence(
                    "The certificates in {ca_file} cannot be read: {reason}.",
                    ca_file=ca_file,
                    reason=error.strerror or type(error).__name__,
                ),
                remedy=sentence("Set {section}.ca_file to a file of certificates in PEM.", section=section),
            ) from error
    return context
