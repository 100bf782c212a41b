"""What went wrong on the way to the tenant, or what it refuses, as errors that a person can act on."""

from __future__ import annotations

import email.utils
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import aiohttp
from pydantic import ValidationError

from omt_core.api import (
    BodyRefusedError,
    ErrorCode,
    OmtError,
    OnlineError,
    OnlineRefusedError,
    OnlineUnavailableError,
    UploadLostError,
    UploadMismatchError,
    sentence,
)
from omt_online.client.answers import Fault, FaultAnswer
from omt_online.errors import (
    COMPLETION_FAILED,
    ONLINE_ANSWER_NOT_UNDERSTOOD,
    ONLINE_CERTIFICATE_NOT_TRUSTED,
    ONLINE_CONFLICT,
    ONLINE_FAILED,
    ONLINE_MISDIRECTED,
    ONLINE_NAME_UNKNOWN,
    ONLINE_NETWORK_LOGIN,
    ONLINE_NOT_FOUND,
    ONLINE_PROXY_LOGIN,
    ONLINE_PROXY_REFUSED,
    ONLINE_PROXY_UNREACHABLE,
    ONLINE_REDIRECTED,
    ONLINE_STATUS,
    ONLINE_TIMEOUT,
    ONLINE_TLS_FAILED,
    ONLINE_UNREACHABLE,
)
from omt_protocol.errors import (
    BODY_REFUSED,
    BUSY,
    OFFSET_MISMATCH,
    ONLINE_CONNECTION_LOST,
    STORAGE_FULL,
    TOKEN_EXPIRED,
    TOKEN_WRONG,
    TOO_LARGE,
    UPLOAD_UNKNOWN,
)
from omt_protocol.errors import ERROR_CODES as PROTOCOL_ERROR_CODES

CONTENT_DIFFERS: Final = 460
"""The status of tus for a chunk or a whole that is not what was announced."""

_TEXT_SHOWN: Final = 500
_DETAILS_SHOWN: Final = 5
_BODY_REFUSED: Final = frozenset({403, 406, 413, 415, 451})
"""What scanners, media filters and proxies answer in a tenant's place to a body that they do not let through."""

_RETRY_LATER: Final = frozenset({408, 423, 425, 429, 500, 502, 503, 504})

_NAMED: Final[Mapping[str, ErrorCode[OmtError]]] = {one.code: one for one in PROTOCOL_ERROR_CODES} | {
    "internal": ONLINE_FAILED
}
"""What the protocol's codes stand for here, by what the tenant says; a fault of the tenant is none of this tool."""


_TO_THE_TOOL: Final = frozenset({TOKEN_EXPIRED.code, TOKEN_WRONG.code})
"""Codes whose remedy a tenant gives to the tool, which has followed it by the time that a person reads of it."""


def unreachable(error: Exception, host: str) -> OnlineError:  # noqa: PLR0911 - one return per kind of failure
    """Say why no answer came from `host`. Only what time may mend is an `OnlineUnavailableError`."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return ONLINE_CERTIFICATE_NOT_TRUSTED.error(
                sentence(
                    "The certificate of {host} is not trusted: {certificate_error}.",
                    host=host,
                    certificate_error=error.certificate_error,
                )
            )
        case aiohttp.ClientConnectorSSLError():
            return ONLINE_TLS_FAILED.error(
                sentence(
                    "No encrypted connection to {host} could be made: {os_error}.", host=host, os_error=error.os_error
                )
            )
        case aiohttp.ClientHttpProxyError() if error.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return ONLINE_PROXY_LOGIN.error(
                sentence("The proxy on the way to {host} wants a user name and a password.", host=host)
            )
        case aiohttp.ClientHttpProxyError():
            return ONLINE_PROXY_REFUSED.error(
                sentence(
                    "The proxy does not let the tool through to {host} (status {status}).",
                    host=host,
                    status=error.status,
                ),
                remedy=sentence(
                    "Have {host} allowed in the proxy, or set online.proxy to another one or to none.", host=host
                ),
            )
        case aiohttp.ClientProxyConnectionError():
            return ONLINE_PROXY_UNREACHABLE.error(
                sentence("The proxy on the way to {host} does not answer.", host=host)
            )
        case aiohttp.ClientConnectorDNSError():
            return ONLINE_NAME_UNKNOWN.error(sentence("The name {host} is not known to the name server.", host=host))
        case TimeoutError():
            return ONLINE_TIMEOUT.error(sentence("{host} does not answer in time.", host=host))
        case aiohttp.ClientConnectorError():
            return ONLINE_UNREACHABLE.error(
                sentence("{host} cannot be reached: {reason}.", host=host, reason=_reason(error.os_error))
            )
        case _:
            return ONLINE_CONNECTION_LOST.error(sentence("The connection to {host} broke.", host=host))


def _reason(error: OSError) -> str:
    """Return the system's words for it. Where it is POSIX, asyncio has put the address as Python writes it there."""
    if os.name == "posix" and error.errno:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def refusal(status: int, headers: Mapping[str, str], body: bytes, host: str, *, sent: int = 0) -> OnlineError:
    """Turn an answer that is not a success into an error, keeping the tenant's code where it gave one.

    `sent` is how many bytes of contents the request carried.
    """
    told = _told(body)
    if sent and status in _BODY_REFUSED and (told is None or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
        return _body_refused(status, host, sent)
    code, message, remedy = _bare(status, host) if told is None else _words(told)
    if status == CONTENT_DIFFERS or code == OFFSET_MISMATCH.code:
        return UploadMismatchError(code, message, remedy)
    if code == UPLOAD_UNKNOWN.code:
        return UploadLostError(code, message, remedy)
    if status in _RETRY_LATER:
        return OnlineUnavailableError(code, message, remedy, retry_after=_retry_after(headers))
    return OnlineRefusedError(code, message, remedy)


def completion_failed(fault: Fault | None) -> OnlineRefusedError:
    """Say why the tenant did not complete the migration."""
    if fault is None:
        return COMPLETION_FAILED.error()
    code, message, remedy = _words(fault, otherwise=COMPLETION_FAILED)
    return OnlineRefusedError(code, message, remedy)


def _words(fault: Fault, *, otherwise: ErrorCode[OmtError] = ONLINE_STATUS) -> tuple[str, str, str]:
    """Return code, message and remedy of what a tenant says; where it gives none for a person, that of the code.

    A code that the protocol does not have is told as it is, with the remedy of `otherwise`.
    """
    known = _NAMED.get(fault.code)
    told = "" if fault.code in _TO_THE_TOOL else _one_line(fault.remedy)
    message, remedy = _one_line(fault.message), told or (known or otherwise).remedy
    if fault.details:
        message = f"{message} ({'; '.join(_one_line(detail) for detail in fault.details[:_DETAILS_SHOWN])})"
    return fault.code if known is None else known.code, message, remedy


def strange_answer(host: str, what: str) -> OnlineRefusedError:
    """Say that the other end does not speak the protocol."""
    return ONLINE_ANSWER_NOT_UNDERSTOOD.error(
        sentence("{host} answered in a way that this tool does not understand: {what}.", host=host, what=what)
    )


def _body_refused(status: int, host: str, sent: int) -> BodyRefusedError:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return BodyRefusedError(*_bare(status, host), status=status)
    return BODY_REFUSED.error(
        sentence(
            "Something on the way to {host} does not let a body of {sent} bytes through (status {status}).",
            host=host,
            sent=sent,
            status=status,
        ),
        remedy=sentence(
            "A virus scanner, a filter or a firewall judged what is in it: have it let uploads to {host} pass, then run"
            " the same command again.",
            host=host,
        ),
        status=status,
    )


def _told(body: bytes) -> Fault | None:
    """Return what a tenant says of an error, None where somebody else answered."""
    try:
        return FaultAnswer.model_validate_json(body).error
    except ValidationError:
        return None


def _bare(status: int, host: str) -> tuple[str, str, str]:
    """Return code, message and remedy for an answer without the protocol's error body: to HEAD, or of a proxy."""
    unknown = ONLINE_NOT_FOUND, sentence("{host} does not know what was asked for.", host=host)
    busy = BUSY, sentence("{host} is busy.", host=host)
    meanings: Mapping[int, tuple[ErrorCode[OnlineError], str]] = {
        404: unknown,
        407: (
            ONLINE_PROXY_LOGIN,
            sentence("The proxy on the way to {host} wants a user name and a password.", host=host),
        ),
        409: (ONLINE_CONFLICT, sentence("{host} refused what does not fit what it holds.", host=host)),
        410: unknown,
        413: (
            TOO_LARGE,
            sentence("{host}, or a proxy before it, does not take requests of this size.", host=host),
        ),
        421: (
            ONLINE_MISDIRECTED,
            sentence("What answers at {host} is not the tenant of this address.", host=host),
        ),
        429: busy,
        503: busy,
        507: (STORAGE_FULL, sentence("The storage of {host} is full.", host=host)),
        511: (
            ONLINE_NETWORK_LOGIN,
            sentence("The network on the way to {host} wants a login of its own.", host=host),
        ),
    }
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return (
            ONLINE_REDIRECTED.code,
            sentence("{host} sends the tool to another address, which it does not follow with a secret.", host=host),
            ONLINE_REDIRECTED.remedy,
        )
    other = sentence("{host} answered with status {status}.", host=host, status=status)
    code, message = meanings.get(status, (ONLINE_STATUS, other))
    return code.code, message, code.remedy


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
