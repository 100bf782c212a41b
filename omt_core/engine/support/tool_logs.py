"""The logs of the tool, as far as they are about one migration.

Each process of the tool writes one of its own while others run, and every command of the account writes to one or
another of them, whichever migration it is about. Whoever asks for help has often a wizard open, or a run that failed
before, whose log is not the one of the process that makes the bundle. What other migrations logged stays out: what
that names is not known here, so that nothing could take it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from omt_core.engine.support.members import log_tail
from omt_core.logs import log_files, tool_logs

_MOST: Final = 8
"""How many files are looked through, those written last: of each no more than `log_tail` takes."""
_BEGUN: Final = re.compile(r"\S+ \S+ [A-Z]+ omt\.cli command ")
_NAMED: Final = re.compile(r" \[(?:[a-z]+=.* )?workspace=(?P<folder>.*)\]$")
_LINE: Final = re.compile(r"\d{4}-\d\d-\d\d |\{")
"""How a line of the log begins; what begins otherwise is of the traceback of the line before."""


@dataclass(slots=True)
class _Command:
    """What one command logged, with the workspace that each line names."""

    lines: list[tuple[str, Path | None]] = field(default_factory=list)

    def about(self, workspace: Path | None) -> Iterator[str]:
        """Yield what is about a migration, or was said before any was known; of a command about others nothing."""
        named = {folder for _, folder in self.lines if folder is not None}
        if not named or workspace in named:
            yield from (line for line, folder in self.lines if folder in {None, workspace})


def logs_about(workspace: Path | None) -> dict[str, str]:
    """Return the ends of the tool's logs by the names of their files, without what is of other migrations. Blocking."""
    mine = None if workspace is None else workspace.absolute()
    own = tuple(path for path in log_files() if mine is None or path.parent != mine)
    others = sorted((path for path in tool_logs() if path not in own), key=_written, reverse=True)
    found: dict[str, str] = {}
    for path in (*own, *others)[:_MOST]:
        text = "".join(line for one in _commands(log_tail(path)) for line in one.about(mine))
        if text:
            found[path.name] = found.get(path.name, "") + text
    return found


def _written(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _commands(text: str) -> Sequence[_Command]:
    """Divide a log at the lines by which commands begin."""
    commands, folder = [_Command()], None
    for line in text.splitlines(keepends=True):
        if _LINE.match(line):
            begins, folder = _read(line.rstrip())
            if begins:
                commands.append(_Command())
        commands[-1].lines.append((line, folder))
    return commands


def _read(line: str) -> tuple[bool, Path | None]:
    """Tell whether a command begins by a line, and which workspace it names."""
    if line.startswith("{"):
        with suppress(ValueError, RecursionError):
            said = json.loads(line)
            folder = said.get("workspace")
            begins = said.get("logger") == "omt.cli" and str(said.get("message")).startswith("command ")
            return begins, Path(folder) if isinstance(folder, str) else None
    named = _NAMED.search(line)
    return _BEGUN.match(line) is not None, None if named is None else Path(named["folder"])
