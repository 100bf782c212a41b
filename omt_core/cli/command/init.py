"""`omt init`: an answers file to begin with, with comments from what discovery found."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import anyio.to_thread
import tomli_w
from typing_extensions import override

from omt_core.api import files
from omt_core.api.calls import Discovery
from omt_core.api.drives import refuse_missing
from omt_core.api.errors import ExitCode
from omt_core.api.findings import Finding
from omt_core.api.installation import ManualAnswers
from omt_core.api.sentence import sentence
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import ANSWERS_EXIST, ANSWERS_NOT_WRITABLE
from omt_core.engine.findings import merged
from omt_core.engine.opening import discover
from omt_core.engine.result import FindingLine

_HEAD: Final[Sequence[tuple[str, str]]] = (
    ("", sentence("Answers for `omt check` and `omt migrate`; `omt help answers` has all keys.")),
    (
        "",
        sentence(r"Write a path in single quotes: 'D:\SO_ARC'. A secret is not written down here, but where it is."),
    ),
    ("", ""),
    ("accept_agreement = false", sentence("true once the agreement of CRM Online is accepted")),
    ("test_migration = true", sentence("false: live, users on site are kept out")),
    ('# recover = "missing"', sentence('or "overwrite-test"; needed once something was migrated before')),
    ('# waive = [{ code = "CODE", reason = "..." }]', sentence("with the reason why it shall not stop the run")),
)
"""Lines of the file, each with a comment that is said in the reader's language."""
_TAIL: Final[Sequence[tuple[str, str]]] = (
    ("", ""),
    ("[login]", ""),
    ('user = ""', sentence("login name of a General or User administrator on site")),
    (
        'password = { env = "OMT_PASSWORD" }',
        sentence("or {first}, or {second}", first='{ file = "..." }', second='{ keyring = "service/name" }'),
    ),
    ("", ""),
    ("# [contact]", ""),
    ('# email = "..."', ""),
    ('# phone = "..."', ""),
    ('# language = "en"', sentence("or {languages}", languages="da, de, nl, no, sv")),
    ("", ""),
    ("[plans]", ""),
    ('default = "match"', sentence('by name; or "none", or the name of a plan')),
    ('# csv = "plans.csv"', sentence("as `omt check --write-csv .` writes it")),
    ("", ""),
    ("# [usernames]", ""),
    ('# csv = "usernames.csv"', ""),
    ("", ""),
    ("# [online]", ""),
    ('# url = "https://..."', ""),
    ('# token_file = "token"', ""),
)


class Init(CoreCommand):
    """What discovery finds need not be answered: it stands there as a comment, with where it was found."""

    examples = ("omt init", "omt init night.toml --root D:\\copy")

    @override
    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", metavar="FILE", default=Path("answers.toml"), help="by default answers.toml"
        )
        parser.add_argument("--root", type=Path, metavar="DIR", help="search this folder as if it were the machine")
        parser.add_argument("--force", action="store_true", help="write over a file that is there")

    @override
    async def run(self, call: Invocation) -> int:
        file: Path = call.options.file
        root = None if call.options.root is None else Path.cwd() / call.options.root
        if not call.options.force and await anyio.Path(file).exists():
            raise ANSWERS_EXIST.error(sentence("The file {file} is there already, and is not overwritten.", file=file))
        found = await discover(call.app.engine, ManualAnswers(root=root))
        best = found.values[0] if found.values else None
        findings = merged(() if best is None else best.findings, found.faults)
        told = call.console.told
        text = "".join((*_commented(_HEAD, told), *_installation(root, best, findings, told), *_commented(_TAIL, told)))
        await anyio.to_thread.run_sync(_write, file, text)
        for finding in findings:
            call.console.finding(finding)
        call.console.print(sentence("Written: {file}. Fill in what is needed, then run:", file=file))
        call.console.print(f"  omt check --answers {file}")
        lines = tuple(FindingLine.of(finding) for finding in findings)
        return call.console.finish(ExitCode.DONE, file=str(file), findings=lines)


def _commented(lines: Iterable[tuple[str, str]], told: Callable[[str], str]) -> Iterator[str]:
    for code, comment in lines:
        said = f"# {told(comment)}" if comment else ""
        yield f"{code:<29} {said}\n" if code and said else f"{code or said}\n"


def _installation(
    root: Path | None, found: Discovery | None, findings: Iterable[Finding], told: Callable[[str], str]
) -> Iterator[str]:
    yield "\n[installation]\n"
    if root is not None:
        yield tomli_w.dumps({"root": str(root)})
    yield from (f"# {told(comment)}\n" for comment in _about(found, findings))


def _about(found: Discovery | None, findings: Iterable[Finding]) -> Iterator[str]:
    yield from (finding.message for finding in findings)
    if found is None:
        keys = "dbms, server, database, user, password, archives"
        yield sentence("Nothing was found: give {keys}.", keys=keys)
        return
    for evidence in found.installation.evidence:
        yield sentence(
            "found: {setting} = {value} ({source})",
            setting=evidence.setting, value=evidence.value, source=evidence.source,
        )  # fmt: skip
    for need in found.needs:
        yield sentence("needed: {key}", key=need.removeprefix("installation."))


def _write(file: Path, text: str) -> None:
    refuse_missing(file)
    try:
        files.write_whole(file, text.encode("utf-8", "replace"))
    except OSError as error:
        raise ANSWERS_NOT_WRITABLE.error(
            sentence("The file {file} cannot be written: {why}.", file=file, why=error.strerror or error)
        ) from error
