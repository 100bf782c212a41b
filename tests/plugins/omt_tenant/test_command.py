"""`tenant serve` and `tenant accept`, as processes of their own."""

from __future__ import annotations

import io
import json
import runpy
import signal
import ssl
import subprocess
import sys
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import aiohttp
import anyio.to_thread
import pytest
import trustme

pytestmark = pytest.mark.anyio
SCRIPT = Path(__file__).with_name("tenant_process.py")


@contextmanager
def tenant(*words: object):
    process = subprocess.Popen([sys.executable, SCRIPT, *map(str, words)], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(*words: object) -> tuple[int, str]:
    done = subprocess.run([sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def run_here(*words: object) -> tuple[int, str]:
    """Run the command in this process, which is quicker."""
    text = io.StringIO()
    with redirect_stdout(text):
        code = runpy.run_path(str(SCRIPT))["main"]([*map(str, words)])
    return code, text.getvalue()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_line_says_where_and_a_signal_stops_it_cleanly(client_type, tmp_path, number):
    taken = tmp_path / "taken.txt"
    taken.write_text("Held@Example.com\n\n", encoding="utf-8")
    words = ["serve", tmp_path / "t", "--plans", "Sales PREM:20, Other:0", "--taken", taken]
    with tenant(*words) as process:
        line = json.loads(await anyio.to_thread.run_sync(process.stdout.readline))
        assert line["url"].startswith("http://127.0.0.1:")
        assert line["token_file"] == str(tmp_path / "t" / "token")
        async with aiohttp.ClientSession() as session:
            client = client_type(line["url"], session)
            await client.log_on((tmp_path / "t" / "token").read_text().strip())
            assert (await client.call("GET", "/v1/plans")).json["plans"] == [
                {"name": "Sales PREM", "total": 20, "used": 0},
                {"name": "Other", "total": 0, "used": 0},
            ]
            asked = await client.call("POST", "/v1/user-names/taken", {"names": ["held@example.COM ", "free@x.y"]})
            assert asked.json["taken"] == ["held@example.COM "]
        code, text = await anyio.to_thread.run_sync(run, "serve", tmp_path / "t")
        assert (code, text.strip()) == (2, "tenant-locked")
        process.send_signal(number)
        assert await anyio.to_thread.run_sync(process.wait) == 0


async def test_plans_secret_and_key_are_kept_for_the_next_start(connect, tmp_path):
    async with connect() as client:
        first = await client.tenant()
    before = {path.name: path.read_bytes() for path in (tmp_path / "tenant").iterdir() if path.is_file()}
    async with connect() as client:
        assert await client.tenant() == first
    for name in ("tenant.json", "key", "token"):
        assert (tmp_path / "tenant" / name).read_bytes() == before[name]


async def test_https_is_served_with_a_certificate_of_ones_own(tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    words = ["serve", tmp_path / "t", "--cert", tmp_path / "cert.pem", "--key", tmp_path / "key.pem"]
    with tenant(*words) as process:
        line = json.loads(await anyio.to_thread.run_sync(process.stdout.readline))
        assert line["url"].startswith("https://127.0.0.1:")
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{line['url']}/v1/capabilities", ssl=context) as got,
        ):
            assert got.status == 200


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--plans", "Sales"], "plans-malformed"),
        (["--plans", "Sales:many"], "plans-malformed"),
        (["--plans", "Sales:1,Sales:2"], "plans-malformed"),
        (["--taken", "nowhere.txt"], "taken-unreadable"),
        (["--cert", "a.pem"], "certificate-unreadable"),
        (["--cert", "a.pem", "--key", "b.pem"], "certificate-unreadable"),
    ],
)
def test_what_cannot_be_served_is_said_by_its_code(tmp_path, words, code):
    assert run_here("serve", tmp_path / "t", *words) == (2, f"{code}\n")


def test_a_damaged_tenant_is_not_given_a_new_identity(tmp_path):
    (tmp_path / "tenant.json").write_text("{}")
    assert run_here("serve", tmp_path) == (2, "tenant-unreadable\n")
    assert (tmp_path / "tenant.json").read_text() == "{}"


def test_there_is_no_option_for_another_address(tmp_path):
    code, text = run("serve", tmp_path, "--host", "0.0.0.0")
    assert code == 2
    assert "--host" in text


async def test_accept_needs_a_completed_live_migration(connect, make_line, tmp_path):
    folder = tmp_path / "tenant"
    assert await anyio.to_thread.run_sync(run_here, "accept", folder) == (2, "tenant-unknown\n")
    async with connect() as client:
        await client.open("live")
        assert await anyio.to_thread.run_sync(run_here, "accept", folder) == (4, "acceptance-impossible\n")
        await client.commit("database", make_line("database", "p", None))
        await client.complete()
        await client.finished()
    code, text = await anyio.to_thread.run_sync(run_here, "accept", folder)
    assert code == 0
    assert client.migration in text
    async with connect() as client:
        assert (await client.open("live", "missing")).code == "migration-accepted"
