"""Asks the on-site product itself: NetServer's REST services with HTTP Basic (crm.md section 4)."""

from __future__ import annotations

import base64
import json
import sys
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import anyio
import anyio.to_thread
from pydantic import SecretStr

from omt_auth.principal import Principal, read_principal
from omt_auth.settings import AuthSettings
from omt_auth.verification import WRONG, Verdict, Verification, undecided
from omt_core.api import joined, sentence
from omt_core.api.calls import Authenticate
from omt_crm.associates import find_associate, get_associate
from omt_protocol.tls import is_loopback, trust

PRINCIPAL_PATH = "/api/v1/User/currentPrincipal"


class NetServer:
    """Verifies against the first of the installation's web services that decides."""

    name = "netserver"

    def __init__(self, settings: AuthSettings) -> None:
        self._settings = settings
        self._limiter = anyio.CapacityLimiter(1)

    async def verify(self, call: Authenticate) -> Verification:
        """Verify; the password goes to one address after the other until one accepts or refuses it."""
        if not call.installation.web_services:
            return undecided(sentence("no web services of the installation are known"))
        # Basic cannot carry a name with a colon, and the product allows none.
        if not call.user.strip() or ":" in call.user or not call.password.get_secret_value():
            return WRONG
        reasons: list[str] = []
        for address in call.installation.web_services:
            answer: Principal | Verification = WRONG
            for encoded in encodings(call.user.strip(), call.password):
                answer = await self._ask(address, encoded)
                if answer is not WRONG:
                    break
            if isinstance(answer, Principal):
                answer = await _identify(call, answer, address)
            if answer.verdict is not Verdict.UNDECIDED:
                return answer
            reasons.append(answer.detail)
        return undecided(joined(reasons, "; "))

    async def _ask(self, address: str, pair: bytes) -> Principal | Verification:
        if reason := refusal(address, allow_plain_http=self._settings.allow_plain_http):
            return undecided(reason)
        tls = await anyio.to_thread.run_sync(
            partial(trust, self._settings.ca_file, section="auth"), limiter=self._limiter
        )
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout_seconds)
        url = address.rstrip("/") + PRINCIPAL_PATH
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(ssl=tls)) as session,
                # A redirection would carry the password to an address that nobody looked at.
                session.get(url, headers=_headers(pair), allow_redirects=False) as got,
            ):
                return await self._read(address, got)
        except TimeoutError:
            return undecided(
                sentence(
                    "{address} did not answer in {seconds:g} s", address=address, seconds=self._settings.timeout_seconds
                )
            )
        except aiohttp.ClientError as error:
            return undecided(
                sentence("{address} could not be asked ({error})", address=address, error=type(error).__name__)
            )

    async def _read(self, address: str, response: aiohttp.ClientResponse) -> Principal | Verification:
        if response.status == HTTPStatus.UNAUTHORIZED:
            return WRONG
        if response.status == HTTPStatus.FORBIDDEN:
            return undecided(
                sentence(
                    "{address} lets this user in nowhere (403): its web services may be switched off", address=address
                )
            )
        if response.status != HTTPStatus.OK:
            return undecided(sentence("{address} answered {status}", address=address, status=response.status))
        content = await response.content.read(self._settings.answer_bytes + 1)
        while chunk := await response.content.read(self._settings.answer_bytes + 1 - len(content)):
            content += chunk
        if len(content) > self._settings.answer_bytes:
            return undecided(
                sentence(
                    "{address} answered more than {limit:,} bytes", address=address, limit=self._settings.answer_bytes
                )
            )
        try:
            principal = read_principal(json.loads(content))
        except (ValueError, RecursionError):
            principal = None
        return (
            undecided(sentence("{address} did not answer as NetServer does", address=address))
            if principal is None
            else principal
        )


def encodings(user: str, password: SecretStr) -> list[bytes]:
    """Return name and password as Basic may carry them, the likeliest first.

    ND: which encoding the product reads. UTF-8 is that of RFC 7617; servers on Windows also read the ANSI code page,
    so that a letter such as `å` is asked about a second time. Where no letter is beyond ASCII there is one way only.
    """
    pair = f"{user}:{password.get_secret_value()}"
    ways = [pair.encode("utf-8", "surrogatepass")]
    for codec in ("cp1252", "mbcs") if sys.platform == "win32" else ("cp1252",):
        with suppress(UnicodeEncodeError):
            ways.append(pair.encode(codec))
    return list(dict.fromkeys(ways))


def _headers(pair: bytes) -> dict[str, str]:
    return {"Accept": "application/json", "Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


async def _identify(call: Authenticate, principal: Principal, address: str) -> Verification:
    """Return the associate behind a principal: the one who logs on, and of this database."""
    login = call.user.strip()
    if principal.associate is not None and not principal.is_called(login):
        # A server that knows no Basic answers for its anonymous user.
        return undecided(sentence("{address} answered for another user", address=address))
    if principal.associate_id is not None:
        associate = await get_associate(call.database, associate_id=principal.associate_id)
    else:
        associate = await find_associate(call.database, login=principal.associate or login)
    names = {name.casefold() for name in (login, principal.associate) if name}
    if associate is None or associate.login.casefold() not in names:
        return undecided(sentence("{address} belongs to another database", address=address))
    return Verification(verdict=Verdict.CONFIRMED, associate_id=associate.id, rights=principal.rights)


def refusal(address: str, *, allow_plain_http: bool) -> str | None:
    """Return why a password must not be sent to an address, or None: plain http is for this machine only."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return None
    if parts.scheme != "http" or not parts.hostname:
        return sentence("{address} is no web address", address=address)
    if allow_plain_http or is_loopback(parts.hostname):
        return None
    return sentence(
        "{address} is plain http, which would send the password unprotected (setting [auth] allow_plain_http)",
        address=address,
    )
