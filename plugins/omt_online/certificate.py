"""The certificate that the tenant's address shows on this machine, and who made it: the tenant's, or a device's."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import aiohttp
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID
from typing_extensions import override
from yarl import URL

from omt_core.api import InputError, MachineCheck, MachineState, calendar_day, joined, sentence
from omt_online.client.connection import tenant_trust
from omt_online.client.failures import unreachable
from omt_online.settings import ClientSettings

if TYPE_CHECKING:
    from aiohttp.client import ClientRequest, ClientTimeout
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_NAME: Final = "certificate"
_ENDS_SOON: Final = timedelta(days=7)
_DEVICES: Final = (
    "avast", "barracuda", "bitdefender", "blue coat", "bluecoat", "cato networks", "check point", "cisco umbrella",
    "eset", "forcepoint", "fortigate", "fortinet", "gateway ca", "iboss", "kaspersky", "mcafee", "mitmproxy",
    "netskope", "palo alto", "skyhigh", "smoothwall", "sonicwall", "sophos", "squid", "untangle", "watchguard",
    "websense", "zscaler",
)  # fmt: skip
"""Words in the names of issuers that are devices which read TLS traffic, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate as it was shown. `public`: it carries the marks that a public authority puts into each."""

    issuer: str
    ends: datetime
    public: bool

    @property
    def by_device(self) -> bool:
        """Whether a device that reads traffic is known by this issuer."""
        return any(word in self.issuer.casefold() for word in _DEVICES)


async def certificate_line(url: URL, proxy: URL | None, settings: ClientSettings) -> MachineCheck:
    """Say who made the certificate, whether it is trusted and by what, and whether a device reads the traffic.

    Nothing but the handshake goes there, so that a certificate that is not trusted can be looked at too.
    """
    if url.scheme == "http":
        return _line(MachineState.OK, sentence("The tenant is on this machine and is reached without a certificate."))
    host = url.authority
    try:
        return await _looked(url, proxy, settings, host)
    except InputError as error:
        return _line(MachineState.ERROR, error.message, error.remedy)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return _line(
            MachineState.NOT_CHECKED,
            sentence("The certificate was not seen. {why}", why=unreachable(error, host).message),
        )
    except ValueError:
        return _line(MachineState.NOT_CHECKED, sentence("The certificate of {host} cannot be read.", host=host))


async def _looked(url: URL, proxy: URL | None, settings: ClientSettings, host: str) -> MachineCheck:
    trusted = await tenant_trust(url, settings)
    try:
        shown = shown_by(await _handshake(url, proxy, settings, trusted))
    except aiohttp.ClientConnectorCertificateError as error:
        if proxy is not None and proxy.scheme == "https":
            # To trust everybody would be to trust whoever poses as the proxy, who then is told its password.
            failure = unreachable(error, error.host)
            return _line(MachineState.ERROR, failure.message, failure.remedy)
        shown = shown_by(await _handshake(url, proxy, settings, _anybody()))
        remedy = unreachable(error, host).remedy
        if shown.by_device:
            device = sentence("A device made it that reads the traffic.")
            remedy = joined([device, _exempt(host), sentence("Else: {remedy}", remedy=remedy)], " ")
        message = sentence(
            "The certificate of {host} is made by {issuer} and holds until {day}; it is not trusted: {why}.",
            why=error.certificate_error,
            **_made_by(shown, host),
        )
        return _line(MachineState.ERROR, message, remedy)
    return _judged(shown, host, settings)


def _made_by(shown: Shown, host: str) -> dict[str, str]:
    return {"host": host, "issuer": shown.issuer, "day": calendar_day(shown.ends.astimezone())}


def _exempt(host: str) -> str:
    return sentence(
        "Have {host} exempted from it: such devices refuse or change bodies (`omt help open-the-network`).", host=host
    )


def _judged(shown: Shown, host: str, settings: ClientSettings) -> MachineCheck:
    """Say of a certificate that is trusted whether there is something to be seen to."""
    trusted = sentence(
        "The certificate of {host} is made by {issuer} and holds until {day}; it is trusted by the authorities of the "
        "system."
        if settings.ca_file is None
        else "The certificate of {host} is made by {issuer} and holds until {day}; it is trusted by the authorities of "
        "the system and of online.ca_file.",
        **_made_by(shown, host),
    )
    if shown.by_device:
        device = sentence("That is a device which reads the traffic on its way.")
        return _line(MachineState.WARNING, joined([trusted, device], " "), _exempt(host))
    if shown.ends - datetime.now(UTC) < _ENDS_SOON:
        return _line(MachineState.WARNING, trusted, sentence("Ask the online side to renew it before the night."))
    if not shown.public:
        message = joined([trusted, sentence("It bears no mark of a public authority.")], " ")
        doubt = sentence("If {host} should have a public one, a device reads the traffic.", host=host)
        return _line(MachineState.OK, message, joined([doubt, _exempt(host)], " "))
    return _line(MachineState.OK, trusted)


def shown_by(der: bytes) -> Shown:
    """Read a certificate. Raises `ValueError` for what is none."""
    certificate = x509.load_der_x509_certificate(der)
    names = [
        str(attribute.value)
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for attribute in certificate.issuer.get_attributes_for_oid(oid)
    ]
    marks = ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS
    return Shown(
        issuer=", ".join(names) or sentence("somebody without a name"),
        ends=certificate.not_valid_after_utc,
        public=any(extension.oid == marks for extension in certificate.extensions),
    )


def _anybody() -> ssl.SSLContext:
    """Trust everybody: for a look at a certificate, over a connection that then sends nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _handshake(url: URL, proxy: URL | None, settings: ClientSettings, tls: ssl.SSLContext | None) -> bytes:
    """Return the certificate (DER) that is shown, and send nothing. Raises what aiohttp raises, or `TimeoutError`.

    Takes half of the time for an answer: there may be two.
    """
    connector = _Handshake(ssl=True if tls is None else tls)
    timeout = aiohttp.ClientTimeout(total=settings.answer_timeout / 2, sock_connect=settings.connect_timeout)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as client:
        try:
            await client.get(url, proxy=proxy, allow_redirects=False)
        except _SeenError as seen:
            return seen.der
    raise ConnectionError(sentence("no handshake was made"))


class _SeenError(Exception):
    def __init__(self, der: bytes) -> None:
        super().__init__("the certificate was seen")
        self.der = der


class _Handshake(aiohttp.TCPConnector):
    """Makes connections, takes the certificate, and hands none of them out."""

    @override
    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:
        connection = await super().connect(req, traces, timeout)
        try:
            transport = connection.transport
            tls = None if transport is None else transport.get_extra_info("ssl_object")
            raise _SeenError((tls.getpeercert(binary_form=True) if tls is not None else None) or b"")
        finally:
            connection.close()


def _line(state: MachineState, message: str, remedy: str = "") -> MachineCheck:
    return MachineCheck(name=_NAME, state=state, message=message, remedy=remedy)
