"""What goes wrong on the way has a name, a remedy, and no secret in it."""

from __future__ import annotations

import socket
import traceback
from pathlib import Path

import pytest
import trustme
from aiohttp import ClientSession, web

from omt_core.api import SECRETS
from omt_core.api.calls import ConnectOnline
from omt_core.api.errors import BodyRefusedError, InputError, OnlineError, OnlineRefusedError, OnlineUnavailableError
from omt_online.client import ClientSettings, connect
from omt_online.client.failures import refusal
from omt_tenant.embedded import Certificate, serve_tenant
from tests.plugins.omt_online.client.tenants import Watcher, connected, settings_for
from tests.plugins.omt_online.plain_server import Handler, answering

pytestmark = pytest.mark.anyio

SECRET = "very-secret-value"


async def failure_of(tmp_path: Path, url: str, **changed: object) -> OnlineError:
    token_file = tmp_path / "token"
    token_file.write_text(f"{SECRET}\n")
    settings = ClientSettings.model_validate({"url": url, "token_file": token_file, **changed})
    with pytest.raises(OnlineError) as caught:
        await connect(settings, ConnectOnline(run=Watcher(tmp_path)))
    assert SECRET not in repr(caught.value) + caught.value.remedy
    assert caught.value.remedy
    return caught.value


def always(status: int, text: str = "", **headers: str) -> Handler:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(
            status=status, text=text, headers={name.replace("_", "-"): headers[name] for name in headers}
        )

    return answer


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def test_nobody_at_the_address(tmp_path: Path) -> None:
    failure = await failure_of(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert (failure.code, type(failure)) == ("online-unreachable", OnlineUnavailableError)
    assert "Connect call" not in failure.message, "what Python calls it"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (302, "online-redirected", OnlineRefusedError),
        (404, "online-not-found", OnlineRefusedError),
        (407, "online-proxy-login", OnlineRefusedError),
        (421, "online-misdirected", OnlineRefusedError),
        (500, "online-status", OnlineUnavailableError),
        (409, "online-conflict", OnlineRefusedError),
        (503, "busy", OnlineUnavailableError),
        (507, "storage-full", OnlineRefusedError),
        (511, "online-network-login", OnlineRefusedError),
    ],
)
async def test_bare_statuses_have_a_meaning(tmp_path: Path, status: int, code: str, kind: type[OnlineError]) -> None:
    async with answering(always(status, Location="https://elsewhere.example.com/")) as url:
        failure = await failure_of(tmp_path, url)
    assert (failure.code, type(failure)) == (code, kind)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "body-refused"), (406, "body-refused"), (413, "too-large"), (415, "body-refused"), (451, "body-refused")],
)
def test_what_something_on_the_way_answers_to_contents_is_a_body_refused(status: int, code: str) -> None:
    error = refusal(status, {}, b"<html>Blocked by your administrator</html>", "tenant.example.com", sent=1_000)
    assert isinstance(error, BodyRefusedError)
    assert (error.code, error.status) == (code, status)
    assert error.remedy


@pytest.mark.parametrize("status", [403, 406, 415, 451])
def test_the_tenants_own_word_and_an_answer_to_no_contents_are_refusals_like_others(status: int) -> None:
    own = b'{"error": {"code": "request-malformed", "message": "No.", "remedy": "Mend it."}}'
    told = refusal(status, {}, own, "tenant.example.com", sent=1_000)
    assert (type(told), told.code) == (OnlineRefusedError, "request-malformed")
    assert type(refusal(status, {}, b"", "tenant.example.com")) is OnlineRefusedError


@pytest.mark.parametrize(("text", "seconds"), [("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("soon", None)])
async def test_a_busy_tenant_says_when_to_come_back(tmp_path: Path, text: str, seconds: float | None) -> None:
    async with answering(always(429, Retry_After=text)) as url:
        failure = await failure_of(tmp_path, url)
    assert isinstance(failure, OnlineUnavailableError)
    assert failure.retry_after == seconds


async def test_a_date_to_come_back_at_is_read_by_the_clock_of_who_gave_it(tmp_path: Path) -> None:
    dates = {"Date": "Fri, 02 Jan 1970 00:00:00 GMT", "Retry_After": "Fri, 02 Jan 1970 00:00:17 GMT"}
    async with answering(always(503, **dates)) as url:
        failure = await failure_of(tmp_path, url)
    assert isinstance(failure, OnlineUnavailableError)
    assert failure.retry_after == 17


async def test_what_is_no_tenant_is_said_to_be_none(tmp_path: Path) -> None:
    async with answering(always(200, "<html>Welcome</html>")) as url:
        failure = await failure_of(tmp_path, url)
    assert failure.code == "online-answer-not-understood"


async def test_a_token_in_an_answer_that_is_not_understood_reaches_no_log(tmp_path: Path) -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.endswith("/capabilities"):
            limits = dict.fromkeys(
                ("bundle_bytes", "member_bytes", "chunk_bytes", "digests_per_request", "parallel_uploads"), 1
            )
            return web.json_response({"protocol": "1", "limits": limits})
        return web.json_response({"token": ["a-token-in-clear"], "expires_in": "a-token-in-clear"})

    async with answering(answer) as url:
        failure = await failure_of(tmp_path, url)
    assert failure.code == "online-answer-not-understood"
    assert "a-token-in-clear" not in "".join(traceback.format_exception(failure))


async def test_the_secret_and_the_token_are_hidden_wherever_something_is_written(tmp_path: Path) -> None:
    async with serve_tenant(tmp_path / "tenant") as tenant, connected(tenant, tmp_path) as target:
        await target.plans()
        secret = tenant.token_file.read_text().strip()
        assert SECRETS.hide(f"the secret {secret}") == "the secret ***"


async def test_hostile_text_from_the_other_end_is_made_fit_for_a_terminal(tmp_path: Path) -> None:
    body = '{"error":{"code":"no","message":"a\\u001b[2Jb\\nc%s"}}' % ("x" * 9_000)
    async with answering(always(403, body)) as url:
        failure = await failure_of(tmp_path, url)
    assert failure.message.isprintable()
    assert len(failure.message) < 600


async def test_a_silent_other_end_is_given_up(tmp_path: Path) -> None:
    async def never(request: web.BaseRequest) -> web.StreamResponse:
        await request.content.read()
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await response.write(b"{")
        await request.content.wait_eof()
        transport = request.transport
        assert transport is not None
        transport.abort()
        return response

    async with answering(never) as url:
        failure = await failure_of(tmp_path, url)
    assert failure.code == "online-connection-lost"


async def test_a_missing_or_empty_token_file_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for token_file in (None, tmp_path / "nowhere", tmp_path / "empty"):
        settings = ClientSettings(url="http://127.0.0.1:1", token_file=token_file)
        with pytest.raises(InputError):
            await connect(settings, ConnectOnline(run=Watcher(tmp_path)))


async def test_a_wrong_secret_is_refused_and_not_told(tmp_path: Path) -> None:
    async with serve_tenant(tmp_path / "tenant") as tenant:
        failure = await failure_of(tmp_path, tenant.url)
    assert isinstance(failure, OnlineRefusedError)
    assert "token_file" in failure.remedy


async def test_a_certificate_of_ones_own_authority_is_trusted_when_it_is_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, trusted = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    certificate.private_key_pem.write_to_path(str(key))
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(chain), append=number > 0)
    authority.cert_pem.write_to_path(str(trusted))
    async with serve_tenant(tmp_path / "tenant", certificate=Certificate(chain, key)) as tenant:
        async with connected(tenant, tmp_path, ca_file=trusted) as target:
            assert (await target.status()).tenant
        failure = await failure_of(tmp_path, tenant.url)
        assert (failure.code, type(failure)) == ("online-certificate-not-trusted", OnlineRefusedError)
        with pytest.raises(InputError) as caught:
            await connect(settings_for(tenant, ca_file=tmp_path / "none.pem"), ConnectOnline(run=Watcher()))
        assert caught.value.code == "ca-file-unreadable"
        wrong = tenant.url.replace("https", "http")
        assert (await failure_of(tmp_path, wrong)).code


async def test_requests_go_through_the_proxy_that_is_set(tmp_path: Path) -> None:
    seen: list[str] = []

    async def forward(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(str(request.url))
        async with (
            ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                request.url,
                data=await request.read(),
                headers=request.headers,
                skip_auto_headers=["Content-Type"],
            ) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read(), headers=answer.headers)

    async with serve_tenant(tmp_path / "tenant") as tenant, answering(forward) as proxy:
        async with connected(tenant, tmp_path, proxy=proxy) as target:
            await target.plans()
        assert seen
        assert all(url.startswith(tenant.url) for url in seen)


async def test_a_proxy_that_is_not_there_or_wants_a_login_is_named(tmp_path: Path) -> None:
    proxy = f"http://me:{SECRET}@127.0.0.1:{free_port()}"
    failure = await failure_of(tmp_path, "https://tenant.invalid", proxy=proxy)
    assert failure.code == "online-proxy-unreachable"
    async with answering(always(407)) as proxy:
        failure = await failure_of(tmp_path, "https://tenant.invalid", proxy=proxy)
        assert failure.code == "online-proxy-login"
