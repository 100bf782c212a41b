"""The way to the tenant, gone once: with real sockets and certificates, and without logging on."""

from __future__ import annotations

import email.utils
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import anyio.to_thread
import pytest
import trustme
from aiohttp import web

from omt_core.api import MachineCheck, MachineState, MigrationKind, calls
from omt_core.engine.machine.examination import PLUGIN_SECONDS
from omt_core.testing.recording import RecordingContext
from omt_online import OnlinePlugin, certificate, machine
from omt_online.client import ClientSettings
from omt_tenant.embedded import Certificate, serve_tenant
from tests.e2e.forward_proxy import forward_proxy
from tests.plugins.omt_online.plain_server import answering

pytestmark = pytest.mark.anyio

OK, WARNING, ERROR, NOT_CHECKED = MachineState.OK, MachineState.WARNING, MachineState.ERROR, MachineState.NOT_CHECKED
PASSWORD = "proxy-password-in-clear"
CAPABLE = (
    '{"protocol": "1", "limits": {"bundle_bytes": 1, "member_bytes": 1, "chunk_bytes": 1, "digests_per_request": 1, '
    '"parallel_uploads": 1}}'
)


async def looked_at(tmp_path: Path, *, holder: str = "online", **settings: object) -> Mapping[str, MachineCheck]:
    call = calls.ExamineMachine(
        installation=None,
        workspace=tmp_path,
        kind=MigrationKind.LIVE,
        roles={"online": holder},
        run=RecordingContext(),
    )
    found = await OnlinePlugin(ClientSettings.model_validate(settings)).examine_machine(call)
    assert all(line.remedy for line in found if line.state in {WARNING, ERROR})
    assert PASSWORD not in repr(found)
    assert len({line.name for line in found}) == len(found)
    return {line.name: line for line in found}


def states(found: Mapping[str, MachineCheck]) -> Mapping[str, MachineState]:
    return {name: line.state for name, line in found.items()}


@asynccontextmanager
async def a_tenant(**headers: str) -> AsyncIterator[str]:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=CAPABLE, headers=headers)

    async with answering(answer) as url:
        yield url


@pytest.fixture
def certified(tmp_path: Path) -> Callable[[str], Awaitable[Certificate]]:
    """Make a certificate by an authority of this name, which is trusted where `ca.pem` is."""

    def make(organisation: str) -> Certificate:
        authority = trustme.CA(organization_name=organisation)
        made = authority.issue_cert("127.0.0.1", organization_name=organisation)
        chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
        made.private_key_pem.write_to_path(str(key))
        for number, blob in enumerate(made.cert_chain_pems):
            blob.write_to_path(str(chain), append=number > 0)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        return Certificate(chain, key)

    async def certificate(organisation: str) -> Certificate:
        return await anyio.to_thread.run_sync(make, organisation)

    return certificate


async def test_a_tenant_on_this_machine_is_reached_and_all_is_well(tmp_path: Path) -> None:
    async with serve_tenant(tmp_path / "tenant") as tenant:
        found = await looked_at(tmp_path, url=tenant.url, token_file=tenant.token_file)
        secret = await anyio.Path(tenant.token_file).read_text()
    assert states(found) == dict.fromkeys(("token", "proxy", "tenant", "certificate", "clock"), OK)
    assert secret.strip() not in repr(found)


async def test_without_a_tenant_it_is_said_that_nothing_was_looked_at(tmp_path: Path) -> None:
    assert states(await looked_at(tmp_path)) == {"tenant": NOT_CHECKED}


async def test_who_does_not_hold_the_role_says_nothing(tmp_path: Path) -> None:
    assert await looked_at(tmp_path, holder="object_store", url="https://tenant.invalid") == {}


async def test_an_address_that_is_none_is_an_error(tmp_path: Path) -> None:
    assert states(await looked_at(tmp_path, url="http://tenant.example.com")) == {"tenant": ERROR}


async def test_a_tenant_that_does_not_answer_is_an_error_and_the_rest_is_told(tmp_path: Path) -> None:
    found = await looked_at(tmp_path, url="http://127.0.0.1:1", token_file=tmp_path / "nowhere")
    assert states(found) == {
        "token": ERROR, "proxy": OK, "tenant": ERROR, "certificate": OK, "clock": NOT_CHECKED,
    }  # fmt: skip


async def test_what_is_no_tenant_is_said_to_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.plugins.omt_online.test_machine.CAPABLE", "<html>Log on to our network</html>")
    async with a_tenant() as url:
        found = await looked_at(tmp_path, url=url)
    assert (found["tenant"].state, "login page" in found["tenant"].remedy) == (ERROR, True)


async def test_a_certificate_that_is_trusted_is_told_with_who_made_it(tmp_path: Path, certified) -> None:
    certificate = await certified("Our Own Authority")
    async with serve_tenant(tmp_path / "tenant", certificate=certificate) as tenant:
        found = await looked_at(tmp_path, url=tenant.url, token_file=tenant.token_file, ca_file=tmp_path / "ca.pem")
    assert found["tenant"].state is OK
    assert found["certificate"].state is OK
    assert "is made by Our Own Authority" in found["certificate"].message
    assert "no mark of a public authority" in found["certificate"].message


async def test_a_certificate_that_nobody_vouches_for_is_an_error_that_says_who_made_it(
    tmp_path: Path, certified
) -> None:
    certificate = await certified("Our Own Authority")
    async with serve_tenant(tmp_path / "tenant", certificate=certificate) as tenant:
        found = await looked_at(tmp_path, url=tenant.url, token_file=tenant.token_file)
    assert states(found) == {
        "token": OK, "proxy": OK, "tenant": ERROR, "certificate": ERROR, "clock": NOT_CHECKED,
    }  # fmt: skip
    assert "is made by Our Own Authority" in found["certificate"].message
    assert "online.ca_file" in found["certificate"].remedy


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_device_that_reads_the_traffic_is_named(tmp_path: Path, certified, trusted: bool) -> None:
    certificate = await certified("Zscaler Inc.")
    async with serve_tenant(tmp_path / "tenant", certificate=certificate) as tenant:
        ca_file = tmp_path / "ca.pem" if trusted else None
        found = (await looked_at(tmp_path, url=tenant.url, ca_file=ca_file))["certificate"]
    assert (found.state, "Zscaler" in found.message) == (WARNING if trusted else ERROR, True)
    assert "exempted" in found.remedy


async def test_a_proxy_is_named_without_its_password_and_gone_through(tmp_path: Path, certified) -> None:
    certificate = await certified("Our Own Authority")
    with forward_proxy() as proxy:
        async with serve_tenant(tmp_path / "tenant", certificate=certificate) as tenant:
            found = await looked_at(
                tmp_path,
                url=tenant.url,
                token_file=tenant.token_file,
                ca_file=tmp_path / "ca.pem",
                proxy=proxy.url.replace("http://", f"http://me:{PASSWORD}@"),
            )
        assert {method for method, _ in proxy.requests} == {"CONNECT"}
    assert set(states(found).values()) == {OK}
    assert proxy.url in found["proxy"].message


async def test_a_proxy_that_nobody_vouches_for_is_not_told_its_password(tmp_path: Path, certified) -> None:
    certificate = await certified("Somebody Who Poses")
    told: list[str] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        told.extend(request.headers)
        return web.Response(status=407)

    identity = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    await anyio.to_thread.run_sync(identity.load_cert_chain, certificate.chain, certificate.key)
    async with answering(answer, identity=identity) as url:
        proxy = url.replace("https://", f"https://me:{PASSWORD}@")
        found = await looked_at(tmp_path, url="https://tenant.invalid", proxy=proxy)
    assert told == []
    assert found["certificate"].state is ERROR
    assert "The certificate of 127.0.0.1 is not trusted" in found["certificate"].message


async def test_both_looks_at_a_certificate_end_before_the_plugin_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []

    class Untrusted(certificate._Handshake):
        async def connect(self, req, traces, timeout):  # noqa: ASYNC109 - aiohttp's name
            limits.append(timeout.total)
            if self._ssl.verify_mode is ssl.CERT_REQUIRED:
                raise aiohttp.ClientConnectorCertificateError(req.connection_key, ssl.CertificateError("no"))
            raise TimeoutError

    monkeypatch.setattr(certificate, "_Handshake", Untrusted)
    found = await looked_at(tmp_path, url="https://127.0.0.1:1")
    assert found["certificate"].state is NOT_CHECKED
    assert len(limits) == 2
    assert sum(limits) <= machine.WAY_SECONDS < PLUGIN_SECONDS


async def test_a_proxy_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    found = await looked_at(tmp_path, url="https://tenant.invalid", proxy=f"http://me:{PASSWORD}@127.0.0.1:1")
    assert (found["tenant"].state, found["certificate"].state) == (ERROR, NOT_CHECKED)


@pytest.mark.parametrize(
    ("minutes", "age", "state", "word"),
    [(0, 0, OK, "agrees"), (-10, 0, WARNING, "10 minutes ahead of"), (10, 0, WARNING, "10 minutes behind"),
     (-10, 600, OK, "agrees")],
)  # fmt: skip
async def test_the_clock_is_held_against_the_tenants(
    tmp_path: Path, minutes: int, age: int, state: MachineState, word: str
) -> None:
    there = email.utils.format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    async with a_tenant(Date=there, Age=str(age)) as url:
        found = (await looked_at(tmp_path, url=url))["clock"]
    assert (found.state, word in found.message) == (state, True)


async def test_a_time_that_cannot_be_read_is_not_compared(tmp_path: Path) -> None:
    async with a_tenant(Date="soon") as url:
        assert (await looked_at(tmp_path, url=url))["clock"].state is NOT_CHECKED
