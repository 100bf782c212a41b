"""The stores that the tests run against: a folder, S3 as moto has it, Azure Blob as Azurite has it. All on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final

import platformdirs
import pytest
from omt_core.api import OnlineTarget, calls
from omt_core.testing.recording import RecordingContext

from omt_object_store import ObjectStoreSettings
from omt_object_store.signing_key import make_key
from omt_object_store.target import connect

AZURITE: Final = "3.35.0"
"""The newest Azurite that runs on node 20."""

_ACCOUNT: Final = "omt"
_INSTALL_SECONDS: Final = 300
_VERSION: Final = "2021-08-06"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A store that runs. `settings` reach it but for the path; `port` is where it listens, 0 for a folder."""

    scheme: str
    container: str = ""
    port: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def settings_for(self, folder: Path, **changed: object) -> ObjectStoreSettings:
        """Return settings for a store of a test's own. `folder` is the test's: it names the prefix and has the key."""
        key = folder / "signing.pem"
        if not key.exists():
            make_key(key)
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        url = (folder / "store").as_uri() if self.scheme == "file" else f"{self.scheme}://{self.container}/{name}/deep"
        if self.scheme == "file":
            (folder / "store").mkdir(exist_ok=True)
        given: dict[str, object] = {"url": url, "signing_key": key, "live": True, "retry_total": 0.0, **self.settings}
        return ObjectStoreSettings.model_validate(given | changed)


async def connect_tool(settings: ObjectStoreSettings, workspace: Path | None) -> OnlineTarget:
    """Connect as a run with this workspace does."""
    return await connect(settings, calls.ConnectOnline(run=RecordingContext(workspace)))


@contextmanager
def moto() -> Generator[Server, None, None]:
    """Run S3 in a thread of this process."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - takes a second, which only some tests need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/bucket", method="PUT")
        urllib.request.urlopen(request).close()
        os.environ["OMT_TEST_S3_SECRET"] = "none-is-checked"
        yield Server(
            scheme="s3",
            container="bucket",
            port=port,
            settings={
                "endpoint": f"http://127.0.0.1:{port}",
                "region": "us-east-1",
                "access_key_id": {"env": "OMT_TEST_S3_SECRET"},
                "secret_key": {"env": "OMT_TEST_S3_SECRET"},
            },
        )
    finally:
        server.stop()


@contextmanager
def azurite(folder: Path) -> Generator[Server, None, None]:
    """Run Azure Blob in a process of its own, with a key that is made for it."""
    program = _installed_azurite()
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    (folder / "account.key").write_text(key)
    port = _free_port()
    command = [str(program), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder / "blobs")]
    process = subprocess.Popen(
        [*command, "--skipApiVersionCheck", "--disableTelemetry"],
        env={**os.environ, "AZURITE_ACCOUNTS": f"{_ACCOUNT}:{key}"},
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    emptying: threading.Thread | None = None
    try:
        assert process.stdout is not None
        assert any("listens on" in line for line in process.stdout), "Azurite ended instead of listening"
        # A pipe that nobody empties would hold it up in the end.
        emptying = threading.Thread(target=process.stdout.read)
        emptying.start()
        _make_container(port, "container", key)
        yield Server(
            scheme="az",
            container="container",
            port=port,
            settings={
                "endpoint": f"http://127.0.0.1:{port}/{_ACCOUNT}",
                "account": _ACCOUNT,
                "secret_key": {"file": folder / "account.key"},
            },
        )
    finally:
        # Asked to end, it would wait for the connections that obstore keeps.
        process.kill()
        process.wait(timeout=60)
        if emptying is not None:
            emptying.join()
        if process.stdout is not None:
            process.stdout.close()


def _installed_azurite() -> Path:
    """Install Azurite once for this user; skips the test where node or npm is not there, fails it with CI=true."""
    folder = platformdirs.user_cache_path("omt-tests") / f"azurite-{AZURITE}"
    program, done = folder / "node_modules" / ".bin" / "azurite-blob", folder / "installed"
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _not_possible("node and npm are not installed (Debian: nodejs, npm)")
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        words = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", f"azurite@{AZURITE}"]
        tried = subprocess.run(
            [str(npm), *words], cwd=folder, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
        )
        if tried.returncode != 0:
            _not_possible(f"npm could not install azurite {AZURITE}: {tried.stderr[-300:]}")
        done.touch()
    return program


def _not_possible(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _make_container(port: int, name: str, key: str) -> None:
    """Make a container, which obstore does not do, by a request that is signed with the account's key."""
    date = formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:{_VERSION}\n"
    text = "PUT" + "\n" * 12 + headers + f"/{_ACCOUNT}/{_ACCOUNT}/{name}\nrestype:container"
    signed = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{_ACCOUNT}/{name}?restype=container",
        method="PUT",
        headers={
            "x-ms-date": date,
            "x-ms-version": _VERSION,
            "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(signed).decode()}",
            "Content-Length": "0",
        },
    )
    urllib.request.urlopen(request).close()
