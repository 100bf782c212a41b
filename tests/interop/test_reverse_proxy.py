"""The tenant behind nginx, as operators put a service on the network: TLS ends there, and it lies below a path."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from omt_core.api import BodyRefusedError, MigrationKind, UploadRequest
from omt_tenant.embedded import serve_tenant
from tests.plugins.omt_online.client.tenants import LICENCE, connected

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 400

CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/bodies;
  proxy_temp_path {folder}/answers;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    client_max_body_size 64k;
    location /crm/omt/ {{
      proxy_pass {tenant}/;
      proxy_http_version 1.1;
    }}
    location / {{ return 403; }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, tenant: str) -> Iterator[str]:
    """Serve a tenant at https://localhost:PORT/crm/omt, with bodies up to 64 KiB; yields that address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("nginx is not installed (nginx-light)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""  # who else may not write below a test's folder
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, tenant=tenant, user=user))
    process = subprocess.Popen(
        [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    )
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                continue
            break
        assert process.poll() is None, (folder / "error.log").read_text()
        yield f"https://localhost:{port}/crm/omt"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate for localhost, where nginx finds it; returns the authority's."""
    made = trustme.CA()
    issued = made.issue_cert("localhost")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(tmp_path / "chain.pem", append=True)
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def file_of(content: bytes) -> UploadRequest:
    return UploadRequest(kind="file", digest=hashlib.sha256(content).hexdigest(), size=len(content))


async def test_a_tenant_behind_a_proxy_that_ends_tls_below_a_path_takes_uploads(
    tmp_path: Path, authority: Path
) -> None:
    async with serve_tenant(tmp_path / "tenant") as tenant:
        with nginx(tmp_path, tenant.url) as url:
            async with connected(tenant, tmp_path / "workspace", url=url, ca_file=authority) as target:
                migration = await target.open(LICENCE, MigrationKind.LIVE, None)
                request = file_of(CONTENT)
                address, offset = await migration.create_upload(request, CONTENT[:10_000])
                assert (offset, await migration.offset(address)) == (10_000, 10_000)
                while offset < len(CONTENT):
                    offset = await migration.send(address, offset, CONTENT[offset : offset + 50_000])
                assert await migration.missing([]) == frozenset()
                other, _ = await migration.create_upload(file_of(b"other"))
                await migration.terminate(other)
                await migration.aclose()


async def test_a_body_that_is_too_long_for_the_proxy_is_told_from_one_that_the_tenant_refuses(
    tmp_path: Path, authority: Path
) -> None:
    async with serve_tenant(tmp_path / "tenant") as tenant:
        with nginx(tmp_path, tenant.url) as url:
            async with connected(tenant, tmp_path / "workspace", url=url, ca_file=authority) as target:
                migration = await target.open(LICENCE, MigrationKind.LIVE, None)
                with pytest.raises(BodyRefusedError) as caught:
                    await migration.create_upload(file_of(CONTENT), CONTENT)
                assert (caught.value.code, caught.value.status) == ("too-large", 413)
                assert "upload.longest_request" in caught.value.remedy
                await migration.aclose()
