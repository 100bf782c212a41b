"""A small live migration by real processes, made so that it has everything whose durability matters.

Run as a program by `strace`, it is a bad night: the tenant is killed between giving a pack its name and making that
sure, and again so with the imported database; the tool is killed while it uploads. Each is started again at once, and
must not believe what only the kernel knew. It ends with the exit code of the tool.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from tests.e2e.omt import Site, build

KEPT_TABLES = {
    "associate", "company", "contact", "email", "modulelicense", "person", "sequence", "systemevent", "usergroup",
    "y_equipment",
}  # fmt: skip
"""Few tables: each is a file, and several commits in the tenant's import."""

LARGE, SINGLE = 300_000, 60_000
"""A file of several chunks, and one that is sent alone in one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where everything of the migration lies. `online` and `onsite` are the disks of tenant and tool."""

    folder: Path
    site: Site
    port: int
    member_bytes: int = 40_000

    @property
    def online(self) -> Path:
        return self.folder / "online"

    @property
    def tenant(self) -> Path:
        return self.online / "hosting" / "tenant"

    @property
    def onsite(self) -> Path:
        return self.folder / "onsite"

    @property
    def workspace(self) -> Path:
        return self.onsite / "migrations" / "work"

    @property
    def service(self) -> Path:
        return self.site.directory / "machine/C/SuperOffice/Customer Service"

    @property
    def config(self) -> Path:
        return self.service / "config"

    @property
    def database(self) -> Path:
        return self.site.directory / "machine/C/SuperOffice/Data/crm.sqlite"

    @property
    def answers(self) -> Path:
        return self.site.directory / "answers-power-loss.toml"

    @property
    def environment(self) -> Mapping[str, str]:
        """Small bodies, so that few bytes make many chunks, bundles and answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OMT_")}
        home = self.folder / "home"
        return {
            **kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "OMT_TENANT__CHUNK_BYTES": "65536", "OMT_TENANT__MEMBER_BYTES": str(self.member_bytes),
            "OMT_TENANT__BUNDLE_BYTES": "131072", "OMT_UPLOAD__BUNDLE_MEMBERS": "20",
            "OMT_UPLOAD__READING": "threads",  # what is shown is told by one process alone
            "OMT_DATABASE__LEFT_TABLES": json.dumps(_left_tables(self.database)),
        }  # fmt: skip


def prepare(folder: Path) -> Scene:
    """Build the installation, and folders for what the two disks hold."""
    site = build(folder, users=4, documents=24)
    chance = random.Random(7)
    large, single, twin, other = sorted((site.directory / "machine/C/SO_ARC").rglob("*.docx"))[-4:]
    large.write_bytes(chance.randbytes(LARGE))
    single.write_bytes(chance.randbytes(SINGLE))
    other.write_bytes(twin.read_bytes())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    scene = Scene(folder=folder, site=site, port=port)
    for made in (scene.online, scene.onsite, folder / "home"):
        made.mkdir()
    online = f'[online]\nurl = "http://127.0.0.1:{port}"\ntoken_file = {json.dumps(str(scene.tenant / "token"))}\n'
    scene.answers.write_text(site.answers.read_text(encoding="utf-8") + online, encoding="utf-8")
    return scene


def serve(scene: Scene, dying_in: str | None = None) -> subprocess.Popen[str]:
    """Start the tenant and wait until it answers; `dying_in` names the folder whose first fsync kills it."""
    program = ("-m", "omt_core") if dying_in is None else ("-m", "tests.faults.power_loss.dying_tenant", dying_in)
    words = ("tenant", "serve", str(scene.tenant), "--port", str(scene.port), *scene.site.plans)
    process = subprocess.Popen(
        [sys.executable, *program, *words], stdout=subprocess.PIPE, text=True, env=dict(scene.environment)
    )
    assert process.stdout is not None
    json.loads(process.stdout.readline())
    return process


def stop(process: subprocess.Popen[str]) -> None:
    """Stop the tenant."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def migrate(scene: Scene) -> subprocess.Popen[str]:
    """Start the tool."""
    words = ("migrate", "--answers", str(scene.answers), "--workspace", str(scene.workspace), "--json")
    return subprocess.Popen(
        [sys.executable, "-m", "omt_core", *words], stdout=subprocess.PIPE, text=True, env=dict(scene.environment)
    )


def end(tool: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the tool and return its result."""
    out, _ = tool.communicate(timeout=240)
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert result["event"] == "result"
    return result


def _left_tables(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in rows if name.lower() not in KEPT_TABLES]


def bad_night(scene: Scene) -> int:
    """Run the migration with all its kills."""
    tenants, over = [serve(scene, "packs")], Event()

    def keep_serving() -> None:
        for dying_in in ("databases", None):
            code = tenants[-1].wait()
            assert not over.is_set(), "the tenant never came to where it should have died"
            assert code == -signal.SIGKILL
            tenants.append(serve(scene, dying_in))

    with ThreadPoolExecutor(max_workers=1) as pool:
        serving = pool.submit(keep_serving)
        try:
            first = migrate(scene)
            _wait_for(first, "progress", items_done=7)
            first.kill()
            first.communicate()
            code = int(end(migrate(scene))["exit_code"])
        finally:
            over.set()
            if not serving.done():
                tenants[-1].kill()
        serving.result()
    stop(tenants[-1])
    return code


def _wait_for(tool: subprocess.Popen[str], event: str, *, items_done: int) -> None:
    assert tool.stdout is not None
    for line in tool.stdout:
        told = json.loads(line)
        if told["event"] == event and told["items_done"] >= items_done:
            return


if __name__ == "__main__":
    home = Path(sys.argv[1])
    built = Site(folder=home, directory=home / "site", answers=home / "site/answers.toml")
    sys.exit(bad_night(Scene(folder=home, site=built, port=int(sys.argv[2]))))
