"""What lies between the tool and the tenant: certificates, proxies, and lines that break."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import anyio.to_thread
import pytest
import trustme

from omt_core.testing.fault_proxy import FaultProxy, fault_proxy
from omt_core.testing.faults import Direction, Fault, random_faults
from tests.e2e.forward_proxy import forward_proxy
from tests.e2e.omt import Ended, Site, Tenant, build, run, say, serving

BUNDLE = 64 * 1024
FAULTS = 16
HEADS = 8 * 1024
"""For what is asked after a fault: where the upload stands, and the heads of requests that are made again."""

SMALL_BUNDLES = {"OMT_TENANT__BUNDLE_BYTES": str(BUNDLE), "OMT_TENANT__CHUNK_BYTES": str(BUNDLE)}
IMPATIENT = {"OMT_ONLINE__RETRY_LONGEST_WAIT": "0.2"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An installation that these tests, which are test migrations, leave as it is."""
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture
def certified(tmp_path: Path) -> tuple[str, ...]:
    """Options by which a tenant serves https, by a certificate that only `authority.pem` in `tmp_path` vouches for."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    return ("--cert", str(tmp_path / "server.pem"), "--key", str(tmp_path / "server.pem"))


def test_a_private_authority_is_trusted_when_it_is_named_and_a_proxy_sees_tunnels_only(
    tmp_path: Path, site: Site, certified: tuple[str, ...]
) -> None:
    with serving(tmp_path, words=(*site.plans, *certified)) as tenant, forward_proxy() as proxy:
        assert tenant.url.startswith("https://127.0.0.1:")
        extra = {"OMT_ONLINE__CA_FILE": str(tmp_path / "authority.pem"), "OMT_ONLINE__PROXY": proxy.url}
        words = ("migrate", "--answers", site.answer(tenant, test_migration=True), "--workspace", tmp_path / "work")
        done = run(*words, folder=tmp_path, extra=extra)
        assert done.code == 0, done.errors
        assert set(proxy.requests) == {("CONNECT", tenant.url.removeprefix("https://"))}
        verified = run("verify", done.result["receipt"], "--tenant", tenant.url, folder=tmp_path, extra=extra)
        assert verified.code == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, site: Site, certified: tuple[str, ...]
) -> None:
    with serving(tmp_path, words=(*site.plans, *certified)) as tenant:
        words = ("migrate", "--answers", site.answer(tenant, test_migration=True), "--workspace", tmp_path / "work")
        refused = run(*words, folder=tmp_path)
        assert (refused.code, refused.result["error"]["code"]) == (4, "online-certificate-not-trusted")
        assert "online.ca_file" in refused.result["error"]["remedy"]
        code, seen = say(*words, folder=tmp_path)
        assert code == 4
        assert "Traceback" not in seen
        assert tenant.token_file.read_text(encoding="utf-8").strip() not in seen


def test_a_proxy_that_is_named_is_used_and_the_environments_never_leads_to_this_machine(
    tmp_path: Path, site: Site
) -> None:
    with serving(tmp_path, words=site.plans) as tenant, forward_proxy() as proxy:
        answers = site.answer(tenant, test_migration=True)
        environment = {"http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": ""}
        assert run("check", "--answers", answers, folder=tmp_path, extra=environment).code == 0
        assert proxy.requests == []
        assert run("check", "--answers", answers, folder=tmp_path, extra={"OMT_ONLINE__PROXY": proxy.url}).code == 0
        assert proxy.requests
        assert all(target.startswith(f"{tenant.url}/v1/") for _, target in proxy.requests)
    # Now it is gone.
    gone = run("check", "--answers", answers, folder=tmp_path, extra={"OMT_ONLINE__PROXY": proxy.url})
    assert (gone.code, gone.result["error"]["code"]) == (4, "online-proxy-unreachable")


def migrate_by(way: FaultProxy, site: Site, tenant: Tenant, workspace: Path) -> Ended:
    """Run a test migration whose every byte goes by the bad way."""
    extra = {**IMPATIENT, "OMT_ONLINE__URL": way.url}
    words = ("migrate", "--answers", site.answer(tenant, test_migration=True), "--workspace", workspace)
    return run(*words, folder=workspace.parent, extra=extra)


def arrived(workspace: Path) -> Mapping[tuple[str, str], str | None]:
    """What stands in the manifest, but for the database, whose parts follow the snapshot."""
    lines = map(json.loads, (workspace / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    return {(line["stage"], line["key"]): line["digest"] for line in lines if line["stage"] != "database"}


@pytest.mark.anyio
async def test_a_line_that_breaks_again_and_again_costs_a_bundle_each_time_and_nothing_else(
    tmp_path: Path, site: Site
) -> None:
    async def migrated(name: str, faults: Sequence[Fault]) -> tuple[Ended, FaultProxy]:
        workspace = tmp_path / name / "work"
        workspace.parent.mkdir()
        with serving(workspace.parent, words=site.plans, extra=SMALL_BUNDLES) as tenant:
            async with fault_proxy(int(tenant.url.rpartition(":")[2])) as way:
                # The first connection is the one of the opening questions, which a person waits for.
                way.plan([None, *faults])
                ended = await anyio.to_thread.run_sync(partial(migrate_by, way, site, tenant, workspace))
                assert ended.code == 0, ended.errors
                verify = partial(run, "verify", ended.result["receipt"], "--tenant", tenant.url, folder=tmp_path)
                assert (await anyio.to_thread.run_sync(verify)).code == 0
                return ended, way

    calm, straight = await migrated("calm", ())
    ended, way = await migrated("broken", random_faults(1, FAULTS, longest=BUNDLE // 2))
    assert way.connections > FAULTS // 2
    assert any(line["event"] == "notice" for line in ended.lines)
    for count in ("missing", "failed", "tables", "rows", "skipped"):
        assert ended.result[count] == calm.result[count]
    assert ended.result["sent"]["files"] == calm.result["sent"]["files"]
    assert arrived(tmp_path / "broken/work") == arrived(tmp_path / "calm/work")
    at_most = straight.passed[Direction.TO_SERVER] + FAULTS * (BUNDLE + HEADS)
    assert way.passed[Direction.TO_SERVER] <= at_most
