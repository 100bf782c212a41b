"""A mail server and a web server of this machine, which keep what they are sent."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "omt", "planted-pass"


@dataclass(slots=True)
class MailServer:
    """What came in, in the order in which it came. The first `busy` messages are refused for the moment.

    `unknown` recipients are refused by name, each as often as it says.
    """

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    busy: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.unknown.get(address):
            self.unknown[address] -= 1
            return f"450 {address} is not known"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, or not yet."""
        if self.busy:
            self.busy -= 1
            return "451 try again"
        self.reached += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        self.mails.append(
            cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=policy.default))
        )
        return "250 OK"


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Serve; with `tls` a client must encrypt, and log on as the user whom the test knows."""

    def known(server: object, session: object, envelope: object, mechanism: object, given: LoginPassword) -> AuthResult:
        return AuthResult(success=given == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)

    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    server = MailServer(port)
    asked: dict[str, Any] = {}
    if tls is not None:
        asked = {
            "tls_context": tls,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": known,
            "auth_exclude_mechanism": ["LOGIN"],
        }
    controller = Controller(server, hostname="127.0.0.1", port=port, **asked)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@dataclass(slots=True)
class WebServer:
    """What was posted. The answers are these, then 200."""

    url: str
    posted: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serve on loopback until the context ends."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status = kept.answers.pop(0) if kept.answers else 200
            self.send_response(status)
            if status in {301, 302, 307}:
                self.send_header("Location", kept.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    kept = WebServer(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make an authority, and a certificate of it for this machine: what a server has, and the file that trusts it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return context, folder / "ca.pem"
