"""A whole migration with recordings to the embedded tenant, its recovery, its report, and what verifies it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-m", "omt_core")


class Tool:
    """Runs the tool in processes of its own, with a simulated installation and a tenant."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder = folder
        self.site = site
        truth = json.loads((site / "truth.json").read_text(encoding="utf-8"))
        self.plans: str = truth["tenant_plans"]
        (folder / "settings.toml").write_text('[call_recordings]\nfolder = "recordings"\n', encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the person who runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OMT_")}
        return {**kept, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data")}

    @contextmanager
    def tenant(self) -> Generator[None, None, None]:
        """Serve the tenant, and name it in the answers."""
        words = (*PROGRAM, "tenant", "serve", str(self.folder / "tenant"), "--plans", self.plans)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=self.environment) as serving:
            assert serving.stdout is not None
            online = json.loads(serving.stdout.readline())
            answers = (self.site / "answers.toml").read_text(encoding="utf-8")
            address = f"[online]\nurl = {json.dumps(online['url'])}\ntoken_file = {json.dumps(online['token_file'])}\n"
            text = f"test_migration = true\n{answers}\n{address}"
            (self.site / "test.toml").write_text(text, encoding="utf-8")
            try:
                yield
            finally:
                serving.send_signal(signal.SIGTERM)

    def run(self, *words: str | Path) -> tuple[int, dict[str, Any]]:
        """Run a command to its end and return its exit code and its result."""
        done = subprocess.run(
            [*PROGRAM, *map(str, words), "--settings", str(self.folder / "settings.toml"), "--json"],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.site,
            timeout=200,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout.splitlines()[-1])

    def migrate(self, *words: str | Path) -> dict[str, Any]:
        """Run a test migration, which must end well, and return its result."""
        work = self.folder / "work"
        code, result = self.run("migrate", "--workspace", work, "--answers", self.site / "test.toml", *words)
        assert code == 0, result["error"]
        return result

    def confirmed(self) -> dict[str, str | None]:
        """Return the recordings of the manifest with their digests."""
        lines = (self.folder / "work/manifest.jsonl").read_text(encoding="utf-8").splitlines()
        found = [line for line in map(json.loads, lines) if line["stage"] == "call-recordings"]
        return {line["name"]: line.get("digest") for line in found}


def test_recordings_are_moved_recovered_reported_and_verified(
    tmp_path: Path, omt_installation: Callable[..., Path]
) -> None:
    tool = Tool(tmp_path, omt_installation(users=3, documents=10))
    recordings = tmp_path / "recordings"
    for number in range(30):
        path = recordings / f"202{number % 3}" / f"call {number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * 5_000)

    code, counted = tool.run("call-recordings")
    assert (code, counted["recordings"], counted["bytes"]) == (0, 30, 150_000)
    with tool.tenant():
        first = tool.migrate()
        assert first["failed"] == 0
        assert len(tool.confirmed()) == 30
        assert "call-recordings-counted" in {finding["code"] for finding in first["findings"]}

        assert tool.migrate("--recover", "missing")["sent"]["files"] == 0
        (recordings / "2020/call 0.wav").write_bytes(b"another recording" * 100)
        (recordings / "2023").mkdir()
        (recordings / "2023/late.wav").write_bytes(b"late" * 100)
        before = tool.confirmed()
        assert tool.migrate("--recover", "missing")["sent"]["files"] == 2
        after = tool.confirmed()
        assert {name for name in after if after[name] != before.get(name)} == {"2020/call 0.wav", "2023/late.wav"}

    archives = [word for name in ("C/SO_ARC", "D/SO_ARC2") for word in ("--archive", tool.site / "machine" / name)]
    receipt = tmp_path / "work/receipt.json"
    assert tool.run("verify", receipt, *archives)[0] == 0
    (recordings / "2021/call 1.wav").write_bytes(b"somebody's else")
    code, result = tool.run("verify", receipt, *archives)
    subjects = {subject for finding in result["findings"] for subject in finding["subjects"]}
    assert (code, subjects) == (1, {"call-recordings/2021/call 1.wav"})

    report = tmp_path / "report.json"
    assert tool.run("report", "--workspace", tmp_path / "work", "--format", "json", "--output", report)[0] == 0
    (section,) = (one for one in json.loads(report.read_text("utf-8"))["sections"] if one["title"] == "Call recordings")
    assert section["rows"][0] == ["2020", "10", "0"]
