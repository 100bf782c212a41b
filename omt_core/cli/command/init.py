"""`omt init`: an answers file to begin with, with comments from what discovery found."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import anyio.to_thread
import tomli_w
from typing_extensions import override

from omt_core.api import files
from omt_core.api.calls import Discovery
from omt_core.api.errors import ExitCode
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation, ManualAnswers
from omt_core.api.sentence import sentence
from omt_core.api.text import command_line
from omt_core.cli.commands import CoreCommand, Invocation
from omt_core.cli.errors import ANSWERS_EXIST, ANSWERS_NOT_WRITABLE
from omt_core.cli.output_files import refuse_device
from omt_core.engine.errors import INSTALLATION_NOT_FOUND
from omt_core.engine.findings import merged
from omt_core.engine.opening import discover
from omt_core.engine.result import FindingLine

_HEAD: Final[Sequence[tuple[str, str]]] = (
    ("", sentence("Answers for `omt check` and `omt migrate`; `omt help answers` has all keys.")),
    ("", sentence("A key with a # before it is not needed by everybody: take the # away, and put in what is right.")),
    (
        "",
        sentence(r"Write a path in single quotes: 'D:\SO_ARC'. A secret is not written down here, but where it is."),
    ),
    ("", ""),
    ("accept_agreement = false", sentence("true once the agreement of CRM Online is accepted")),
    ("test_migration = true", sentence("false: live, users on site are kept out")),
    ('# recover = "missing"', sentence('or "overwrite-test"; needed once something was migrated before')),
    (
        '# waive = [{ code = "satellite-active", reason = "..." }]',
        sentence("with the reason why it shall not stop the run"),
    ),
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
    ('# email = "name@example.com"', ""),
    ('# phone = "+47 00 00 00 00"', ""),
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
    ('# url = "https://crm.example.com"', ""),
    ('# token_file = "token"', sentence("a file that holds the token and nothing else")),
)
_EXAMPLES: Final[Mapping[str, object]] = {
    "dbms": "mssql",
    "server": "SERVER\\INSTANCE",
    "database": "SuperOffice",
    "user": "crm7",
    "password": {"env": "OMT_DATABASE_PASSWORD"},
    "archives": ["D:\\SO_ARC"],
    "templates": "D:\\SO_ARC\\Template",
}
"""What may stand in the place of what is still needed."""
_OF_DATABASE: Final = ("dbms", "server", "database", "dsn", "prefix", "user")
_OF_SERVICE: Final = ("base", "attachments", "templates", "texts")


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
        text = "".join(_commented((*_HEAD, *_installation(root, best, findings), *_TAIL), told))
        await anyio.to_thread.run_sync(_write, file, text)
        for finding in findings:
            call.console.finding(finding)
        if best is None or any(finding.code == INSTALLATION_NOT_FOUND.code for finding in findings):
            call.console.print(
                sentence(
                    "Run this on the server or on a client of the installation, name a copy of it by --root,"
                    " or fill in the section [installation] of {file} by hand.",
                    file=file,
                )
            )
        call.console.print(sentence("Written: {file}. Fill in what is needed, then run:", file=file))
        call.console.print(f"  {command_line('omt', 'check', '--answers', file)}")
        lines = tuple(FindingLine.of(finding) for finding in findings)
        return call.console.finish(ExitCode.DONE, file=str(file), findings=lines)


def _commented(lines: Iterable[tuple[str, str]], told: Callable[[str], str]) -> Iterator[str]:
    for code, comment in lines:
        said = f"# {told(comment)}" if comment else ""
        yield f"{code:<29} {said}\n" if code and said else f"{code or said}\n"


def _installation(root: Path | None, found: Discovery | None, findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    yield "", ""
    yield "[installation]", ""
    if root is not None:
        yield f"root = {_toml(root)}", ""
    yield from (("", finding.message) for finding in findings)
    needs = tuple(_EXAMPLES) if found is None else [need.removeprefix("installation.") for need in found.needs]
    if found is not None:
        yield from _found(found.installation, needs)
    for need in needs:
        if need in _EXAMPLES:
            yield f"# {need} = {_toml(_EXAMPLES[need])}", sentence("needed")
        else:
            yield "", sentence("needed: {key}", key=need)


def _found(installation: Installation, needs: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what was found, as it would be answered; where each was found stands behind it."""
    database, service = installation.database, installation.service
    values: dict[str, tuple[str, object]] = {
        **{key: (f"database.{key}", getattr(database, key)) for key in _OF_DATABASE},
        "password": ("database.password", _EXAMPLES["password"] if database.password is not None else None),
        "archives": ("archives", [str(path) for path in installation.archives]),
        "templates": ("templates", installation.templates),
        "service": ("service", {key: str(path) for key in _OF_SERVICE if (path := getattr(service, key)) is not None}),
    }
    for key, (setting, value) in values.items():
        sources = [one.source for one in installation.evidence if one.setting.startswith(setting)]
        if value and sources and key not in needs:
            yield f"# {key} = {_toml(value)}", sentence("found in {source}", source=sources[0])


def _toml(value: object) -> str:
    """Return a value on one line; a path of Windows in single quotes, in which a backslash is one."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    text = str(value)
    if "'" not in text and text.isprintable():
        return f"'{text}'" if "\\" in text else f'"{text}"' if '"' not in text else f"'{text}'"
    return tomli_w.dumps({"x": text}).removeprefix("x = ").rstrip("\n")


def _write(file: Path, text: str) -> None:
    refuse_device(file)
    try:
        files.write_whole(file, text.encode("utf-8", "replace"))
    except OSError as error:
        raise ANSWERS_NOT_WRITABLE.error(
            sentence("The file {file} cannot be written: {why}.", file=file, why=error.strerror or error)
        ) from error
