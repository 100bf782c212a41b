from __future__ import annotations

import base64
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from omt_auth.netserver import NetServer, refusal
from omt_auth.settings import AuthSettings
from omt_auth.verification import Verdict, Verification
from omt_core.api.calls import Authenticate
from omt_core.api.errors import InputError

PRINCIPAL = {"Associate": "ÆØ", "AssociateId": 1, "UserName": "", "FunctionRights": ["admin-all"], "Licenses": ["user"]}
Handler = Callable[[web.Request], web.StreamResponse]


class StandIn:
    """Answers as the documentation says NetServer does."""

    def __init__(self, answer: Any = PRINCIPAL, handler: Handler | None = None) -> None:
        self.answer = answer
        self.handler = handler
        self.requests: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        if self.handler is not None:
            return self.handler(request)
        expected = "Basic " + base64.b64encode("ÆØ:planted-right".encode()).decode()
        if request.headers.get("Authorization") != expected:
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        return web.json_response(self.answer)

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        application = web.Application()
        application.router.add_get("/{tail:.*}", self.handle)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
            yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}/SuperOffice"
        finally:
            await runner.cleanup()


def verify(
    crm,
    stand_in: StandIn,
    user: str = "ÆØ",
    password: str = "planted-right",
    *,
    tls: ssl.SSLContext | None = None,
    more: tuple[str, ...] = (),
    **settings: Any,
) -> Verification:
    async def question(call: Authenticate) -> Verification:
        async with stand_in.serving(tls) as address:
            object.__setattr__(call.installation, "web_services", (*more, address))
            return await NetServer(AuthSettings(**settings)).verify(call)

    return crm.ask(question, user, password)


def test_the_documented_answer_confirms_with_the_rights_in_it(crm) -> None:
    stand_in = StandIn()
    found = verify(crm, stand_in)
    assert found == Verification(verdict=Verdict.CONFIRMED, associate_id=1, rights=frozenset({"admin-all"}))
    assert stand_in.requests == ["/SuperOffice/api/v1/User/currentPrincipal"]


@pytest.mark.parametrize(("user", "password"), [("ÆØ", "wrong"), ("XX", "planted-right")])
def test_401_is_a_wrong_name_or_password(crm, user: str, password: str) -> None:
    assert verify(crm, StandIn(), user, password).verdict is Verdict.WRONG


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_letters_beyond_ascii_are_asked_about_in_either_encoding(crm, encoding: str) -> None:
    def handler(request: web.Request) -> web.StreamResponse:
        expected = base64.b64encode("ÆØ:blåbær€".encode("cp1252" if encoding == "latin-1" else encoding)).decode()
        right = request.headers["Authorization"] == f"Basic {expected}"
        return web.json_response(PRINCIPAL) if right else web.Response(status=401)

    stand_in = StandIn(handler=handler)
    assert verify(crm, stand_in, "ÆØ", "blåbær€").verdict is Verdict.CONFIRMED
    assert len(stand_in.requests) == (1 if encoding == "utf-8" else 2)


def test_a_wrong_password_in_ascii_is_tried_once(crm) -> None:
    stand_in = StandIn()
    assert verify(crm, stand_in, "HH", "wrong").verdict is Verdict.WRONG
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize(("user", "password"), [("", "x"), ("  ", "x"), ("ÆØ", ""), ("a:b", "x")])
def test_what_cannot_be_right_is_wrong_without_a_request(crm, user: str, password: str) -> None:
    stand_in = StandIn()
    assert verify(crm, stand_in, user, password).verdict is Verdict.WRONG
    assert stand_in.requests == []


@pytest.mark.parametrize("status", [302, 403, 404, 500, 503])
def test_other_answers_decide_nothing(crm, status: int) -> None:
    def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    stand_in = StandIn(handler=handler)
    found = verify(crm, stand_in)
    assert (found.verdict, str(status) in found.detail) == (Verdict.UNDECIDED, True)
    assert len(stand_in.requests) == 1  # the password follows no redirection


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"x": 1}', b"\xff\xfe\x00"])
def test_an_answer_that_is_not_netservers_decides_nothing(crm, body: bytes) -> None:
    found = verify(crm, StandIn(handler=lambda request: web.Response(body=body)))
    assert (found.verdict, "NetServer" in found.detail) == (Verdict.UNDECIDED, True)


def test_a_huge_answer_is_not_read(crm) -> None:
    body = json.dumps({**PRINCIPAL, "Padding": "x" * 5_000}).encode()
    found = verify(crm, StandIn(handler=lambda request: web.Response(body=body)), answer_bytes=1_000)
    assert "more than 1,000 bytes" in found.detail


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"Associate": "ANONYMOUS", "AssociateId": 1}, "another user"),
        ({"Associate": "ÆØ", "AssociateId": 2}, "another database"),
        ({"Associate": "ÆØ", "AssociateId": 77}, "another database"),
        ({"AssociateId": 2}, "another database"),
    ],
)
def test_an_answer_about_somebody_else_decides_nothing(crm, answer: dict[str, object], why: str) -> None:
    found = verify(crm, StandIn(answer))
    assert (found.verdict, why in found.detail) == (Verdict.UNDECIDED, True)


def test_a_user_name_may_be_given_instead_of_initials(crm) -> None:
    def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({**PRINCIPAL, "UserName": "ase@example.com"})

    assert verify(crm, StandIn(handler=handler), "Ase@Example.com").associate_id == 1


def test_the_next_address_is_asked_when_one_cannot_tell(crm) -> None:
    assert verify(crm, StandIn(), more=("http://crm.example.com/ns", "ftp://x")).verdict is Verdict.CONFIRMED


def test_a_server_that_is_not_there_decides_nothing(crm) -> None:
    async def question(call: Authenticate) -> Verification:
        async with StandIn().serving() as address:
            gone = address
        object.__setattr__(call.installation, "web_services", (gone,))
        return await NetServer(AuthSettings()).verify(call)

    found = crm.ask(question, "ÆØ")
    assert (found.verdict, "could not be asked" in found.detail) == (Verdict.UNDECIDED, True)


def test_without_an_address_nothing_is_decided(crm) -> None:
    assert crm.ask(NetServer(AuthSettings()).verify, "ÆØ").verdict is Verdict.UNDECIDED


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_certificate_that_nobody_vouches_for_gets_no_password(crm, server_tls: ssl.SSLContext) -> None:
    stand_in = StandIn()
    assert verify(crm, stand_in, tls=server_tls).verdict is Verdict.UNDECIDED
    assert stand_in.requests == []


def test_an_authority_of_ones_own_can_be_named(
    crm, authority: trustme.CA, server_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert verify(crm, StandIn(), tls=server_tls, ca_file=tmp_path / "ca.pem").verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_an_error_of_the_settings(
    crm, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(InputError) as caught:
        verify(crm, StandIn(), ca_file=tmp_path / "ca.pem")
    assert caught.value.code == "ca-file-unreadable"


def test_plain_http_goes_to_this_machine_only_unless_a_setting_allows_more() -> None:
    assert refusal("http://crm.example.com/ns", allow_plain_http=False) is not None
    assert refusal("http://localhost.example.com/ns", allow_plain_http=False) is not None
    assert refusal("http://crm.example.com/ns", allow_plain_http=True) is None
    assert refusal("https://crm.example.com/ns", allow_plain_http=False) is None
    assert refusal("http://[::1]:8080", allow_plain_http=False) is None
    assert refusal("ftp://localhost", allow_plain_http=True) is not None


def test_no_password_is_in_an_answer_or_a_log(crm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = [
        verify(crm, StandIn(handler=lambda request: web.Response(status=401))),
        verify(crm, StandIn(handler=lambda request: web.Response(status=500))),
        verify(crm, StandIn()),
    ]
    assert "planted" not in repr(found) + caplog.text
