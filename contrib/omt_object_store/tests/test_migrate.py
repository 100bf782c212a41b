"""A whole migration into a store by the command line, recoveries after it, and what is found when it is damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from object_stores import Server

from omt_object_store import ObjectStorePlugin

AWAY = 3


class Tool:
    """Runs the tool in processes of its own, with a store named in its settings file."""

    def __init__(self, folder: Path, site: Path, store: Server) -> None:
        self.folder = folder
        self.site = site
        truth = json.loads((site / "truth.json").read_text(encoding="utf-8"))
        offered = dict(plan.rsplit(":", 1) for plan in truth["tenant_plans"].split(","))
        chosen = store.settings_for(folder, live=False, plans=offered, chunk_bytes=64 << 10)
        settings = chosen.model_dump(mode="json", exclude_none=True)
        lines = [f"{name} = {_toml(value)}" for name, value in settings.items()]
        text = "\n".join(["[core.roles]", 'online = "object_store"', "[object_store]", *lines])
        (folder / "settings.toml").write_text(text, encoding="utf-8")
        answers = (site / "answers.toml").read_text(encoding="utf-8")
        (site / "test.toml").write_text(f"test_migration = true\n{answers}", encoding="utf-8")

    def run(self, *words: str | Path) -> tuple[int, dict[str, Any]]:
        """Run a command to its end and return its exit code and its result."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OMT_")}
        done = subprocess.run(
            [sys.executable, "-m", "omt_core", *map(str, words), "--settings", self.folder / "settings.toml", "--json"],
            capture_output=True,
            text=True,
            env={
                **kept,
                "OMT_TEST_S3_SECRET": "none-is-checked",
                "HOME": str(self.folder),
                "XDG_DATA_HOME": str(self.folder / "data"),
            },
            timeout=200,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout.splitlines()[-1])

    def migrate(self, *words: str | Path) -> dict[str, Any]:
        """Run a test migration, which must end well, and return its result."""
        code, result = self.run(
            "migrate", "--workspace", self.folder / "work", "--answers", self.site / "test.toml", *words
        )
        assert code == 0, result["error"]
        return result


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml(part)}" for name, part in value.items()) + " }"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # of any mapping
    return json.dumps(value)


def test_a_migration_its_recoveries_and_its_receipt(
    tmp_path: Path, omt_installation: Callable[..., Path], azure_store: Server
) -> None:
    tool = Tool(tmp_path, omt_installation(users=4, documents=25), azure_store)
    away = sorted(one for one in (tool.site / "machine/C/SO_ARC/HH").rglob("*") if one.parent.name[0].isdigit())[:AWAY]
    for number, path in enumerate(away):
        shutil.move(path, tmp_path / str(number))

    first = tool.migrate()
    assert (first["mode"], first["kind"], first["failed"], first["missing"]) == ("initial", "test", 0, len(away))
    (finding,) = (one for one in first["findings"] if one["code"] == "object-store-not-imported")
    assert "imports nothing" in finding["message"]
    assert tool.run("verify", first["receipt"], "--key", tmp_path / "signing.pem.pub")[0] == 0
    archives = [word for name in ("C/SO_ARC", "D/SO_ARC2") for word in ("--archive", tool.site / "machine" / name)]
    assert tool.run("verify", first["receipt"], *archives)[0] == 0

    nothing = tool.migrate("--recover", "missing")
    assert (nothing["mode"], nothing["sent"]["files"]) == ("recovery", 0)
    for number, path in enumerate(away):
        shutil.move(tmp_path / str(number), path)
    added = tool.migrate("--recover", "missing")
    assert (added["sent"]["files"], added["missing"]) == (len(away), 0)
    assert tool.run("verify", added["receipt"], "--key", tmp_path / "signing.pem.pub")[0] == 0

    shutil.rmtree(tmp_path / "work")
    rebuilt = tool.migrate("--recover", "missing")
    assert rebuilt["sent"]["files"] == 0
    assert tool.run("object-store", "verify")[0] == 0


def test_each_damaged_object_is_named_and_sent_anew_once_it_is_removed(
    tmp_path: Path, omt_installation: Callable[..., Path], folder_store: Server
) -> None:
    tool = Tool(tmp_path, omt_installation(users=3, documents=10), folder_store)
    tool.migrate()
    store = tmp_path / "store"
    manifest = (tmp_path / "work" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    digest: str = next(line for line in map(json.loads, manifest) if line["stage"] == "documents")["digest"]
    record = next(one for one in (store / "packs").rglob("*.json") if digest in one.read_text(encoding="utf-8"))
    pack = record.with_suffix(".tar")
    content = next(one for one in (store / "contents").rglob("*") if one.is_file() and not one.suffix)
    (receipt,) = store.rglob("receipt.json")
    whole = {one: one.read_bytes() for one in (pack, content, receipt)}
    for one, before in whole.items():
        middle = len(before) // 2
        one.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])

    code, result = tool.run("object-store", "verify")
    named = {subject for finding in result["findings"] for subject in finding["subjects"]}
    assert code == 1
    assert {finding["code"] for finding in result["findings"]} == {"object-store-damaged"}
    assert {one.relative_to(store).as_posix() for one in (pack, content)} <= named
    assert any(subject.startswith("completions/000001") for subject in named)

    receipt.write_bytes(whole[receipt])
    content.write_bytes(whole[content])
    pack.unlink()
    # The journal believes in what it knows to be online; one that is rebuilt asks the store.
    shutil.rmtree(tmp_path / "work")
    assert tool.migrate("--recover", "missing")["sent"]["files"] > 0
    assert tool.run("object-store", "verify")[0] == 0


def test_it_is_found_by_its_entry_point_when_it_is_installed() -> None:
    (entry,) = entry_points(group="omt.plugins", name="object_store")
    assert entry.load() is ObjectStorePlugin
