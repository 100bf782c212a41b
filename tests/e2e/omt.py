"""Runs the tool as a person or a script does: in processes of its own, by the documented contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from omt_core.engine.findings import reasoned_line
from omt_simulator import SimulationSpec, generate

PROGRAM = (sys.executable, "-m", "omt_core")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended: its exit code, the result object, all JSON lines, and what a person saw."""

    code: int
    result: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    errors: str

    def codes(self) -> set[str]:
        """The codes of all findings."""
        return {finding["code"] for finding in self.result["findings"]}

    def subjects(self, code: str) -> set[str]:
        """The subjects of the findings with this code."""
        return {one for finding in self.result["findings"] if finding["code"] == code for one in finding["subjects"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A tenant that is being served by a process of its own."""

    url: str
    token_file: Path
    directory: Path
    process: subprocess.Popen[str]


def environment(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which the tool keeps everything below `folder`."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "temp").mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMT_")}
    return {
        **kept, "HOME": str(folder / "home"), "XDG_DATA_HOME": str(folder / "home" / "data"),
        "TMPDIR": str(folder / "temp"), **(extra or {}),
    }  # fmt: skip


def run(*words: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> Ended:
    """Run a command with `--json` to its end. Asserts that standard output holds one JSON object per line only."""
    done = subprocess.run(
        [*PROGRAM, *map(str, words), "--json"],
        capture_output=True, text=True, env=environment(folder, extra), timeout=240, check=False,
    )  # fmt: skip
    return _ended(done.returncode, done.stdout, done.stderr)


def say(*words: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run a command as a person does and return the exit code and all that they see."""
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(folder, extra), timeout=240,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def start(*words: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command with `--json`, to be watched, killed or waited for by the test."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, words), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(folder, extra),
    )  # fmt: skip


def wait(process: subprocess.Popen[str]) -> Ended:
    """Wait for a started command to end by itself."""
    out, err = process.communicate(timeout=240)
    return _ended(process.returncode, out, err)


@contextmanager
def serving(
    folder: Path, *, name: str = "tenant", words: tuple[str, ...] = (), extra: Mapping[str, str] | None = None
) -> Iterator[Tenant]:
    """Serve the tenant in `folder/name` until the context ends; the same folder can be served again."""
    directory = folder / name
    process = subprocess.Popen(
        [*PROGRAM, "tenant", "serve", str(directory), *words],
        stdout=subprocess.PIPE, text=True, env=environment(folder, extra),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        yield Tenant(url=first["url"], token_file=Path(first["token_file"]), directory=directory, process=process)
    finally:
        process.terminate()
        process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A simulated installation, its answers file, and what was planted in it."""

    folder: Path
    directory: Path
    answers: Path

    @property
    def truth(self) -> dict[str, Any]:
        """What the simulator says that it built."""
        return json.loads((self.directory / "truth.json").read_text(encoding="utf-8"))

    @property
    def plans(self) -> tuple[str, ...]:
        """The option that gives a tenant the plans which fit this installation."""
        return ("--plans", self.truth["tenant_plans"])

    def answer(self, tenant: Tenant | None, *, name: str = "answers-e2e.toml", **changes: object) -> Path:
        """Write an answers file with the tenant's address; `changes` replace top-level keys. Waived are codes."""
        lines = self.answers.read_text(encoding="utf-8").splitlines()
        for key, value in changes.items():
            lines = [line for line in lines if not line.startswith(f"{key} =")]
            lines.insert(
                0, reasoned_line(cast("list[str]", value)) if key == "waive" else f"{key} = {json.dumps(value)}"
            )
        if tenant is not None:
            token = json.dumps(str(tenant.token_file))
            lines += ["[online]", f"url = {json.dumps(tenant.url)}", f"token_file = {token}"]
        path = self.directory / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


def build(folder: Path, *, users: int = 8, documents: int = 60, seed: int = 1, **plants: int) -> Site:
    """Simulate an installation; a plant `missing_file=3` is the slug `missing-file` three times."""
    directory = folder / "site"
    spec = SimulationSpec(
        users=users, documents=documents, seed=seed,
        plants={slug.replace("_", "-"): count for slug, count in plants.items()},
    )  # fmt: skip
    generate(directory, spec)
    return Site(folder=folder, directory=directory, answers=directory / "answers.toml")


def _ended(code: int, out: str, err: str) -> Ended:
    lines = tuple(json.loads(line) for line in out.splitlines())
    assert lines, f"no result was printed; standard error: {err}"
    result = lines[-1]
    assert result["event"] == "result"
    assert result["exit_code"] == code, err
    return Ended(code=code, result=result, lines=lines, errors=err)
