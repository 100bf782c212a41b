"""What a tenant hands out of a completed migration is kept only where the pinned key signed it, and for this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_core.api import CompletedMigration, Licence, MigrationKind, OnlineRefusedError
from omt_online.client.connection import open_session
from omt_online.client.result_files import OpenedAs, fetch_result
from omt_online.settings import ClientSettings
from tests.plugins.omt_online.handing_tenant import tenant_with
from tests.plugins.omt_online.verify.conftest import SignedFolder

Fetch = Callable[..., CompletedMigration]

OPENED = OpenedAs("m-1", Licence(owner="Firma Åse", serial="1234567890", version="8.5"), MigrationKind.LIVE)


@pytest.fixture
def signed(tmp_path: Path) -> SignedFolder:
    """What the tenant has: three files."""
    folder = SignedFolder(tmp_path / "online")
    for number in ("1", "2", "3"):
        folder.put("documents", number, f"HH/2019.1/{number}.docx", number.encode())
    folder.sign()
    return folder


@pytest.fixture
def workspace(signed: SignedFolder, tmp_path: Path) -> SignedFolder:
    """A workspace that knows the tenant's key."""
    folder = SignedFolder(tmp_path / "workspace")
    folder.root.mkdir()
    folder.key_file()
    return folder


@pytest.fixture
def fetch(signed: SignedFolder, workspace: SignedFolder, tmp_path: Path) -> Fetch:
    """Fetch what the tenant has, or what is handed out in its place."""
    secret = tmp_path / "token"
    secret.write_text("secret\n")

    def run(
        *,
        receipt: bytes | None = None,
        manifest: bytes | None = None,
        opened: OpenedAs = OPENED,
        asked: list[str] | None = None,
        committed: Sequence[Path] = (),
    ) -> CompletedMigration:
        async def result() -> CompletedMigration:
            handed = (
                signed.receipt.read_bytes() if receipt is None else receipt,
                signed.manifest.read_bytes() if manifest is None else manifest,
            )
            async with tenant_with(*handed, "") as (url, requests):
                session = await open_session(ClientSettings(url=url, token_file=secret))
                try:
                    return await fetch_result(
                        session, "/v1/migrations/m-1", {}, workspace.root, opened, committed=committed
                    )
                finally:
                    await session.aclose()
                    if asked is not None:
                        asked.extend(["asked"] * len(requests))

        return anyio.run(result)

    return run


def refused(workspace: SignedFolder, fetch: Callable[[], object]) -> str:
    """Tell why a result was refused; nothing of it was kept."""
    before = {path: path.read_bytes() for path in workspace.root.iterdir()}
    with pytest.raises(OnlineRefusedError) as caught:
        fetch()
    assert caught.value.code == "result-not-genuine"
    assert {path: path.read_bytes() for path in workspace.root.iterdir()} == before
    return caught.value.message


def test_what_the_pinned_key_signed_is_kept_and_summed_up(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch
) -> None:
    completed = fetch()
    assert (completed.files, completed.tables, completed.rows) == (3, 0, 0)
    assert (completed.receipt, completed.manifest) == (workspace.receipt, workspace.manifest)
    assert workspace.receipt.read_bytes() == signed.receipt.read_bytes()
    assert workspace.manifest.read_bytes() == signed.manifest.read_bytes()


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_byte_of_either_is_changed_or_cut_off_it_is_not_kept(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch, data: st.DataObject
) -> None:
    which = data.draw(st.sampled_from(["receipt", "manifest"]))
    content = bytearray((signed.receipt if which == "receipt" else signed.manifest).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] ^= data.draw(st.integers(1, 255))
    refused(workspace, lambda: fetch(**{which: bytes(content)}))


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_manifest_without_one_of_its_lines_is_not_kept(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch, gone: int
) -> None:
    lines = signed.manifest.read_bytes().splitlines(keepends=True)
    del lines[gone]
    assert "header.manifest.digest" in refused(workspace, lambda: fetch(manifest=b"".join(lines)))


def test_a_signed_manifest_that_names_an_item_twice_is_not_kept(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch
) -> None:
    signed.put("documents", "1", "HH/2019.1/1.docx", b"1")
    signed.sign()
    assert "manifest" in refused(workspace, fetch)


def test_a_receipt_of_another_key_than_the_pinned_one_is_not_kept(workspace: SignedFolder, fetch: Fetch) -> None:
    workspace.key_file(key=Ed25519PrivateKey.generate())
    assert "header.public_key" in refused(workspace, fetch)


@pytest.mark.parametrize(
    ("opened", "field"),
    [
        (OPENED._replace(known_as="m-2"), "header.migration"),
        (OPENED._replace(kind=MigrationKind.TEST), "header.kind"),
        (OPENED._replace(licence=Licence(owner="Other", serial="1234567890", version="8.5")), "header.owner"),
        (OPENED._replace(licence=Licence(owner="Firma Åse", serial="1", version="8.5")), "header.serial"),
    ],
)
def test_a_genuine_receipt_of_another_migration_is_not_kept(
    workspace: SignedFolder, fetch: Fetch, opened: OpenedAs, field: str
) -> None:
    assert field in refused(workspace, lambda: fetch(opened=opened))


def test_what_is_here_already_is_not_fetched_again(workspace: SignedFolder, fetch: Fetch) -> None:
    asked: list[str] = []
    fetch(asked=asked)
    assert len(asked) == 2
    assert fetch(asked=asked).files == 3
    assert len(asked) == 3


@pytest.fixture
def parts(signed: SignedFolder, tmp_path: Path) -> list[Path]:
    """The manifest in two pieces, as the manifests of two stages are."""
    first, *rest = signed.manifest.read_bytes().splitlines(keepends=True)
    paths = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for path, text in zip(paths, (first, b"".join(rest)), strict=True):
        path.write_bytes(text)
    return paths


def test_a_manifest_that_was_committed_from_here_does_not_come_over_the_line_again(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch, parts: list[Path]
) -> None:
    asked: list[str] = []
    assert fetch(asked=asked, committed=parts, manifest=b"is not asked for").files == 3
    assert len(asked) == 1
    assert workspace.manifest.read_bytes() == signed.manifest.read_bytes()
    assert workspace.receipt.read_bytes() == signed.receipt.read_bytes()


@pytest.mark.parametrize("change", ["gone", "emptied", "swapped", "other", "one of several"])
def test_where_what_is_here_is_not_what_was_signed_the_manifest_is_fetched(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch, parts: list[Path], change: str
) -> None:
    match change:
        case "gone":
            parts[0].unlink()
        case "emptied":
            parts[1].write_bytes(b"")
        case "swapped":
            parts.reverse()
        case "other":
            parts[1].write_bytes(parts[1].read_bytes().replace(b"HH", b"GG"))
        case _:
            parts.pop()
    asked: list[str] = []
    assert fetch(asked=asked, committed=parts).files == 3
    assert len(asked) == 2
    assert workspace.manifest.read_bytes() == signed.manifest.read_bytes()


def test_a_manifest_that_was_committed_from_here_is_held_against_the_receipt_all_the_same(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch
) -> None:
    signed.put("documents", "1", "HH/2019.1/1.docx", b"1")
    signed.sign()
    assert "manifest" in refused(workspace, lambda: fetch(committed=[signed.manifest]))


@pytest.mark.parametrize("which", ["receipt", "manifest"])
@pytest.mark.parametrize("damage", [b"", None])
def test_what_is_here_and_does_not_hold_is_fetched_again(
    signed: SignedFolder, workspace: SignedFolder, fetch: Fetch, which: str, damage: bytes | None
) -> None:
    fetch()
    path: Path = getattr(workspace, which)
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    fetch()
    assert workspace.receipt.read_bytes() == signed.receipt.read_bytes()
    assert workspace.manifest.read_bytes() == signed.manifest.read_bytes()
