"""What went wrong on the way to the tenant, or what it refuses, as errors that a person can act on."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import aiohttp
from pydantic import ValidationError

from omt_core.api import (
    BodyRefusedError,
    OnlineError,
    OnlineRefusedError,
    OnlineUnavailableError,
    UploadLostError,
    UploadMismatchError,
)
from omt_online.client.answers import Fault, FaultAnswer
from omt_protocol.retry import CONNECTION_LOST

CONTENT_DIFFERS: Final = 460
"""The status of tus for a chunk or a whole that is not what was announced."""

_TEXT_SHOWN: Final = 500
_DETAILS_SHOWN: Final = 5
_BODY_REFUSED: Final = frozenset({403, 406, 413, 415, 451})
"""What scanners, media filters and proxies answer in a tenant's place to a body that they do not let through."""

_RETRY_LATER: Final = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
_REMEDY_LATER: Final = "Run the same command again: it goes on from what was confirmed."
_REMEDIES: Final = {
    "migration-claimed": "Wait until the other run has ended, or end it, and run the same command again.",
    "migration-accepted": "The live migration was accepted online; nothing more can be uploaded to this tenant.",
    "storage-full": "Have the online side make room, then run the same command again: it goes on from there.",
}

_BUSY: Final = ("busy", "{host} is busy.", "")
_UNKNOWN: Final = ("online-not-found", "{host} does not know what was asked for.", "")
_BARE_STATUS: Final = {
    404: _UNKNOWN,
    407: (
        "online-proxy-login",
        "The proxy on the way to {host} wants a user name and a password.",
        "Give them in the proxy's address, in the environment or in online.proxy.",
    ),
    410: _UNKNOWN,
    413: (
        "too-large",
        "{host}, or a proxy before it, does not take requests of this size.",
        "Have that limit raised in the proxy, or set upload.longest_request and upload.bundle_bytes below it.",
    ),
    421: (
        "online-misdirected",
        "What answers at {host} is not the tenant of this address.",
        "Use the very address that the online side gave out as online.url.",
    ),
    429: _BUSY,
    503: _BUSY,
    507: ("storage-full", "The storage of {host} is full.", ""),
    511: (
        "online-network-login",
        "The network on the way to {host} wants a login of its own.",
        "Log this machine on to the network in a browser, then run the same command again.",
    ),
}
"""Code, message and remedy for answers without the protocol's error body: those to HEAD, and those of proxies."""


def unreachable(error: Exception, host: str) -> OnlineError:  # noqa: PLR0911 - one return per kind of failure
    """Say why no answer came from `host`. Only what time may mend is an `OnlineUnavailableError`."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return OnlineRefusedError(
                "online-certificate-not-trusted",
                f"The certificate of {host} is not trusted: {error.certificate_error}.",
                "If a proxy of your own reads the traffic, or the tenant has a private authority, name its "
                "certificate in online.ca_file.",
            )
        case aiohttp.ClientConnectorSSLError():
            return OnlineRefusedError(
                "online-tls-failed",
                f"No encrypted connection to {host} could be made: {error.os_error}.",
                "Check that online.url names the right port, and that no device on the way meddles with TLS.",
            )
        case aiohttp.ClientHttpProxyError() if error.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return OnlineRefusedError(
                "online-proxy-login",
                f"The proxy on the way to {host} wants a user name and a password.",
                "Give them in the proxy's address, in the environment or in online.proxy.",
            )
        case aiohttp.ClientHttpProxyError():
            return OnlineUnavailableError(
                "online-proxy-refused",
                f"The proxy does not let the tool through to {host} (status {error.status}).",
                f"Have {host} allowed in the proxy, or set online.proxy to another one or to none.",
            )
        case aiohttp.ClientProxyConnectionError():
            return OnlineUnavailableError(
                "online-proxy-unreachable",
                f"The proxy on the way to {host} does not answer.",
                "Check the proxy's address in the environment or in online.proxy.",
            )
        case aiohttp.ClientConnectorDNSError():
            return OnlineUnavailableError(
                "online-name-unknown",
                f"The name {host} is not known to the name server.",
                "Check online.url, and this machine's connection to the internet.",
            )
        case TimeoutError():
            return OnlineUnavailableError("online-timeout", f"{host} does not answer in time.", _REMEDY_LATER)
        case aiohttp.ClientConnectorError():
            return OnlineUnavailableError(
                "online-unreachable",
                f"{host} cannot be reached: {error.os_error.strerror or error.os_error}.",
                "Check online.url, the firewall, and that the online side is up.",
            )
        case _:
            return OnlineUnavailableError(CONNECTION_LOST, f"The connection to {host} broke.", _REMEDY_LATER)


def refusal(status: int, headers: Mapping[str, str], body: bytes, host: str, *, sent: int = 0) -> OnlineError:
    """Turn an answer that is not a success into an error, keeping the tenant's code where it gave one.

    `sent` is how many bytes of contents the request carried.
    """
    told = _told(body)
    if sent and status in _BODY_REFUSED and (told is None or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        return _body_refused(status, host, sent)
    fault = told or _bare(status, host)
    message, remedy = _one_line(fault.message), _one_line(fault.remedy) or _REMEDIES.get(fault.code, _REMEDY_LATER)
    if fault.details:
        message = f"{message} ({'; '.join(_one_line(detail) for detail in fault.details[:_DETAILS_SHOWN])})"
    if status == CONTENT_DIFFERS or fault.code == "offset-mismatch":
        return UploadMismatchError(fault.code, message, remedy)
    if fault.code == "upload-unknown":
        return UploadLostError(fault.code, message, remedy)
    if status in _RETRY_LATER:
        return OnlineUnavailableError(fault.code, message, remedy, retry_after=_retry_after(headers))
    return OnlineRefusedError(fault.code, message, remedy)


def completion_failed(fault: Fault | None) -> OnlineRefusedError:
    """Say why the tenant did not complete the migration."""
    known = fault or Fault(code="completion-failed", message="The online side could not complete the migration.")
    details = "".join(f" {_one_line(detail)}" for detail in known.details[:_DETAILS_SHOWN])
    return OnlineRefusedError(
        known.code,
        _one_line(known.message) + details,
        _one_line(known.remedy) or "Run the same command again; if it fails again, send the log to the online side.",
    )


def strange_answer(host: str, what: str) -> OnlineRefusedError:
    """Say that the other end does not speak the protocol."""
    return OnlineRefusedError(
        "online-answer-not-understood",
        f"{host} answered in a way that this tool does not understand: {what}.",
        "Check that online.url is the address of a tenant, and that no proxy answers in its place.",
    )


def _body_refused(status: int, host: str, sent: int) -> BodyRefusedError:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        code, message, remedy = _BARE_STATUS[status]
    else:
        code = "body-refused"
        message = "Something on the way to {host} does not let a body of {sent} bytes through (status {status})."
        remedy = (
            "A virus scanner, a filter or a firewall judged what is in it: have it let uploads to {host} pass, then "
            "run the same command again."
        )
    words = {"host": host, "sent": sent, "status": status}
    return BodyRefusedError(code, message.format(**words), remedy.format(**words), status=status)


def _told(body: bytes) -> Fault | None:
    """Return what a tenant says of an error, None where somebody else answered."""
    try:
        return FaultAnswer.model_validate_json(body).error
    except ValidationError:
        return None


def _bare(status: int, host: str) -> Fault:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Fault(
            code="online-redirected",
            message=f"{host} sends the tool to another address, which it does not follow with a secret.",
            remedy="Set online.url to the final address of the tenant.",
        )
    code, message, remedy = _BARE_STATUS.get(
        status, (f"online-status-{status}", f"{{host}} answered with status {status}.", "")
    )
    return Fault(code=code, message=message.format(host=host), remedy=remedy)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read a Retry-After in either of its forms: seconds, or a date, by the clock of who gave it."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    when = _date(text)
    if when is None:
        return None
    # The two clocks may be hours apart, and either may have been set a moment ago.
    now = _date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (when - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _one_line(text: str) -> str:
    """Make the other end's text fit for a terminal: one line, no control characters, not too long."""
    return "".join(character if character.isprintable() else " " for character in text[:_TEXT_SHOWN]).strip()
