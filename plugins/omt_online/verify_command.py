"""The command `verify`: whether a receipt is genuine, and fits its manifest, the archive on disk, and the tenant."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import cast

import anyio.to_thread

from omt_core.api import (
    TENANT_KEY_FILE,
    Command,
    CommandContext,
    InputError,
    MigrationKind,
    byte_size,
    local_time,
    plural,
    quantity,
    sentence,
)
from omt_online.errors import (
    ARCHIVE_UNREADABLE,
    RECEIPT_UNREADABLE,
    VERIFY_STAGE_AWAY,
    VERIFY_STAGE_TWICE,
    VERIFY_STAGE_UNKNOWN,
)
from omt_online.findings import ARCHIVE_MISMATCH, TENANT_MISMATCH
from omt_online.settings import ClientSettings
from omt_online.verifying.archive import ArchiveCounts, check_archive, known_roots, stages_of_files
from omt_online.verifying.public_key import PinnedKeyDamagedError, TrustedKey, key_to_check_with
from omt_protocol.mismatch_report import MISMATCHES_TOLD, MismatchReport
from omt_protocol.receipt import (
    Mismatch,
    Receipt,
    ReceiptFormatError,
    check_manifest,
    check_signature,
    parse_receipt,
)
from omt_protocol.result_files import MANIFEST_FILE
from omt_protocol.workspace import token_place


def verify_command(settings: ClientSettings) -> Command:
    """Return the command; of the settings it takes the token's file, proxy and certificates for `--tenant`."""

    async def run(context: CommandContext, options: argparse.Namespace) -> int:
        return await _verify(context, options, settings)

    return Command(
        name="verify",
        help="check a receipt, offline, and what it is about",
        configure=_configure,
        run=run,
        examples=("omt verify receipt.json", "omt verify receipt.json --archive D:\\SO_ARC"),
    )


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "receipt",
        type=Path,
        metavar="RECEIPT",
        help=sentence("receipt.json, with {manifest} beside it", manifest=MANIFEST_FILE),
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the tenant's public key, 64 hexadecimal digits in lower case"
    )
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        action="append",
        default=[],
        help="read the files below this archive folder too; give every one that was migrated. Stages of partners are"
        " read where the workspace says that they lay",
    )
    parser.add_argument(
        "--stage",
        type=_stage_root,
        metavar="NAME=DIR",
        action="append",
        default=[],
        help="read the files of this stage below DIR too, wherever they lay",
    )
    parser.add_argument(
        "--tenant",
        metavar="URL",
        help="compare with the tenant too; its secret is where online.token_file says, else where the migration had it",
    )


async def _verify(context: CommandContext, options: argparse.Namespace, settings: ClientSettings) -> int:
    path, manifest = cast("Path", options.receipt), cast("Path", options.receipt).parent / MANIFEST_FILE
    report = MismatchReport(context, {"archive": ARCHIVE_MISMATCH, "tenant": TENANT_MISMATCH})
    content = await anyio.to_thread.run_sync(_read, path)
    if not await anyio.Path(manifest).is_file():
        raise _unreadable(manifest, sentence("there is no such file"))
    try:
        receipt = parse_receipt(content)
    except ReceiptFormatError as error:
        report.add(Mismatch(where="receipt", field="receipt", message=str(error)))
        return report.finish("")
    try:
        key = await anyio.to_thread.run_sync(key_to_check_with, path, receipt.header, options.key)
    except PinnedKeyDamagedError as error:
        report.add(Mismatch(where="key", field=TENANT_KEY_FILE, message=str(error)))
        return report.finish("")
    _describe(context, receipt, key)
    await report.take(check_signature(receipt, key.public_key))
    await report.take(check_manifest(receipt.header, manifest))
    given = cast("list[tuple[str, Path]]", options.stage)
    asked = bool(options.archive or given)
    counts = ArchiveCounts()
    if asked and report.total:
        context.print(sentence("The archive was not read: the receipt or its manifest says what nobody vouches for."))
    elif asked:
        named = await anyio.to_thread.run_sync(stages_of_files, manifest)
        known = await anyio.to_thread.run_sync(known_roots, path) if options.archive else {}
        await _refuse_missing(options.archive)
        stages = {**{stage: root for stage, root in known.items() if stage in named}, **_roots_given(given, named)}
        await _refuse_missing_stages(stages)
        async with context.near_readers() as near:
            await report.take(check_archive(options.archive, stages, manifest, counts, near))
        _say_archive(context, counts)
    if options.tenant is not None:
        from omt_online.verifying.tenant import check_tenant  # noqa: PLC0415 - aiohttp takes 90 ms, and most verify offline

        token_file = settings.token_file or await anyio.to_thread.run_sync(token_place, path.parent)
        there = settings.model_copy(update={"url": options.tenant, "token_file": token_file})
        for mismatch in await check_tenant(there, receipt, manifest, MISMATCHES_TOLD):
            report.add(mismatch)
    read = {"read": counts.equal + counts.differing, "not_read": dict(counts.elsewhere)} if asked else {}
    return report.finish(_good(key, counts), **read)


def _roots_given(given: Sequence[tuple[str, Path]], named: AbstractSet[str]) -> Mapping[str, Path]:
    """Return the roots by stage. Raises `InputError` for a stage that has no files, or two roots."""
    roots = dict(given)
    for stage, _ in given:
        if stage not in named:
            known = ", ".join(sorted(named)) or sentence("there is none")
            raise VERIFY_STAGE_UNKNOWN.error(
                sentence("The manifest names no files of a stage {stage}.", stage=stage),
                remedy=sentence("Give one of these by --stage: {named}.", named=known),
            )
    if len(roots) < len(given):
        raise VERIFY_STAGE_TWICE.error()
    return roots


async def _refuse_missing(roots: Sequence[Path]) -> None:
    for root in roots:
        if not await anyio.Path(root).is_dir():
            raise ARCHIVE_UNREADABLE.error(sentence("There is no folder {root}.", root=root))


async def _refuse_missing_stages(stages: Mapping[str, Path]) -> None:
    for stage, root in stages.items():
        if not await anyio.Path(root).is_dir():
            raise VERIFY_STAGE_AWAY.error(
                sentence(
                    "There is no folder {root}, where the files of the stage {stage} should lie.",
                    root=root,
                    stage=stage,
                ),
                remedy=sentence(
                    "Connect the share or drive that it is on, or say by --stage {stage}=DIR where the files lie now.",
                    stage=stage,
                ),
            )


def _say_archive(context: CommandContext, counts: ArchiveCounts) -> None:
    context.print(
        sentence(
            "Archive: {read} files read, {equal} as migrated, {differing} differ; {absent} are not below the folders "
            "given.",
            read=counts.equal + counts.differing,
            equal=counts.equal,
            differing=counts.differing,
            absent=counts.absent,
        )
    )
    for stage, number in sorted(counts.elsewhere.items()):
        context.print(
            sentence(
                "Not read: {number:,} of the stage {stage}, whose folder is not known here.", number=number, stage=stage
            )
        )


def _good(key: TrustedKey, counts: ArchiveCounts) -> str:
    """Say that nothing differs, and of what that is not known."""
    not_read = counts.elsewhere.total()
    if not_read and key.proves_origin:
        return plural(
            not_read,
            "Verified, but for {number:,} file that was not read.",
            "Verified, but for {number:,} files that were not read.",
        )
    if not_read:
        return plural(
            not_read,
            "Verified, but for who signed it and {number:,} file that was not read.",
            "Verified, but for who signed it and {number:,} files that were not read.",
        )
    return sentence("Verified: nothing differs." if key.proves_origin else "Verified, but for who signed it.")


def _stage_root(words: str) -> tuple[str, Path]:
    stage, _, folder = words.partition("=")
    if not stage or not folder:
        raise argparse.ArgumentTypeError(sentence("give a stage and its folder, as in call-recordings=/srv/recordings"))
    return stage, Path(folder)


def _describe(context: CommandContext, receipt: Receipt, key: TrustedKey) -> None:
    header = receipt.header
    tables = quantity(len(header.tables), "table")
    rows = quantity(sum(table.rows for table in header.tables), "row")
    context.print(
        sentence(
            "Receipt of a test migration, completed {moment} at {tenant}"
            if header.kind == MigrationKind.TEST
            else "Receipt of a live migration, completed {moment} at {tenant}",
            moment=local_time(datetime.fromisoformat(header.completed_at)),
            tenant=header.tenant,
        )
    )
    context.print(sentence("  of {owner}, serial {serial}", owner=header.owner, serial=header.serial))
    context.print(
        sentence(
            "  {files} with {size}, {left_behind:,} left behind; {tables} with {rows}",
            files=quantity(header.files.verified, "file"),
            size=byte_size(header.files.bytes),
            left_behind=header.files.left_behind,
            tables=tables,
            rows=rows,
        )
    )
    context.print(sentence("Checked with {source}: {key}", source=key.source, key=key.public_key))
    if not key.proves_origin:
        context.print(
            sentence(
                "NOTICE  This shows that the receipt is whole, not who signed it. Give --key FILE with a key that you "
                "had from the online side in another way."
            )
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, reason: str) -> InputError:
    return RECEIPT_UNREADABLE.error(sentence("{path} cannot be read: {reason}.", path=path, reason=reason))
