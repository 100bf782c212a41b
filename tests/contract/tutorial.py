"""Reads a tutorial as a newcomer does: writes its files, runs its commands, compares what it says they print."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.omt import environment

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"`([\w./-]+\.(?:py|toml))`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code: its language, its text, and the file that the words before it name last."""

    language: str
    text: str
    file: str | None


def blocks(tutorial: Path) -> Iterator[Block]:
    """Yield the blocks in their order."""
    text, behind = tutorial.read_text(encoding="utf-8"), 0
    for found in _FENCE.finditer(text):
        names = _NAME.findall(text[behind : found.start()])
        yield Block(language=found[1], text=found[2], file=names[-1] if names else None)
        behind = found.end()


def follow(tutorial: Path, folder: Path) -> list[tuple[str, int]]:
    """Do everything that it says in `folder`; returns the commands with their exit codes.

    Installing is left out: the tool is there. Asserts that what a block of output shows was printed just before, and
    that a file which the tool has written is the one that is shown.
    """
    done: list[tuple[str, int]] = []
    printed, home = "", folder
    for block in blocks(tutorial):
        if block.language in {"python", "toml"}:
            assert block.file is not None, block.text
            file = folder / block.file
            if file.exists():
                assert file.read_text(encoding="utf-8") == block.text, block.file
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for line in block.text.splitlines():
                if line.startswith("cd "):
                    folder /= line.removeprefix("cd ")
                elif " pip install " not in line:
                    code, printed = _run(line, folder, home)
                    done.append((line, code))
        elif block.language == "text":
            for line in block.text.splitlines():
                assert line in printed, f"{done[-1]} printed:\n{printed}"
    return done


def _run(line: str, folder: Path, home: Path) -> tuple[int, str]:
    program, *words = shlex.split(line)
    assert program == "python", line
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(home), timeout=240,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout
