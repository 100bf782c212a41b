"""Hold a receipt against what the tenant has: its key, its receipt, its manifest."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import anyio.to_thread

from omt_core.api import sentence
from omt_core.api.files import temporary_folder
from omt_online.client.answers import TenantAnswer
from omt_online.client.connection import open_session
from omt_online.client.result_files import fetch_files
from omt_online.settings import ClientSettings
from omt_online.verifying.manifest_difference import differing_lines
from omt_protocol.receipt import ManifestLineError, Mismatch, Receipt, ReceiptFormatError, parse_receipt

WHERE = "tenant"


async def check_tenant(settings: ClientSettings, receipt: Receipt, manifest: Path, most: int) -> list[Mismatch]:
    """Return how what the tenant hands out differs, at most `most` lines. Raises `OnlineError`, `InputError`.

    Reading needs the migration's secret and no claim: nothing at the tenant changes.
    """
    session = await open_session(settings)
    try:
        answer = await session.ask(TenantAnswer, "GET", "/v1/tenant")
        mismatches = list(_identity(receipt, answer.tenant, answer.public_key))
        path = f"/v1/migrations/{quote(receipt.header.migration, safe='')}"
        with temporary_folder() as folder:
            fetched = await fetch_files(session, path, folder)
            mismatches += await anyio.to_thread.run_sync(_compare, receipt, manifest, *fetched, most)
    finally:
        await session.aclose()
    return mismatches


def _identity(receipt: Receipt, tenant: str, public_key: str) -> list[Mismatch]:
    said = (("tenant", receipt.header.tenant, tenant), ("public_key", receipt.header.public_key, public_key))
    return [_differs(f"header.{field}", found, ours) for field, ours, found in said if ours != found]


def _compare(receipt: Receipt, manifest: Path, their_receipt: Path, their_manifest: Path, most: int) -> list[Mismatch]:
    mismatches: list[Mismatch] = []
    try:
        theirs = parse_receipt(their_receipt.read_bytes())
    except ReceiptFormatError as error:
        mismatches.append(Mismatch(where=WHERE, field="receipt", message=str(error)))
    else:
        ours, other = receipt.header.model_dump(mode="json"), theirs.header.model_dump(mode="json")
        mismatches += [_differs(f"header.{key}", other[key], ours[key]) for key in ours if ours[key] != other[key]]
        if receipt.signature != theirs.signature:
            mismatches.append(_differs("signature", theirs.signature, receipt.signature))
    try:
        for mismatch in differing_lines(manifest, their_manifest, WHERE):
            mismatches.append(mismatch)
            if len(mismatches) >= most:
                break
    except ManifestLineError as error:
        if error.path == their_manifest:  # ours is named by whoever holds it against its receipt
            mismatches.append(Mismatch(where=WHERE, field=error.field, message=str(error)))
    return mismatches


def _differs(field: str, found: object, ours: object) -> Mismatch:
    return Mismatch(
        where=WHERE, field=field, message=sentence("is {found} there, but {ours} here", found=found, ours=ours)
    )
