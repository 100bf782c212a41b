"""The manifest that is sent is byte for byte the one that the tenant, and the receipt's verifier, expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_core.api.errors import OmtError
from omt_core.api.items import ItemState, SettledItem, TablePart
from omt_core.api.online import ManifestEntry
from omt_protocol.receipt.manifest import manifest_line as expected_line
from omt_upload.commit import manifest_line

NAMES = st.text(st.characters(codec=None), max_size=20)


def item(name: str = "n", state: ItemState = ItemState.CONFIRMED, **changed: object) -> SettledItem:
    settled = SettledItem("documents", name, name, 7, state, "", "ab" * 32, None)
    return settled._replace(**changed)  # type: ignore[arg-type]  # each test names the fields that it changes


@given(name=NAMES, rows=st.none() | st.integers(0, 10**9))
def test_a_line_is_canonical_whatever_the_name_holds(name: str, rows: int | None) -> None:
    part = None
    if rows is not None:
        part = TablePart(table=name, number=1, rows=rows, fingerprint="0f" * 16, last=True, omitted_columns=(name,))
    entry = ManifestEntry(stage="documents", key=name, name=name, size=7, digest="ab" * 32, part=part)
    assert manifest_line(item(name, part=part)) == expected_line(entry) + b"\n"


def test_what_is_left_behind_has_its_reason_and_no_digest() -> None:
    line = manifest_line(item(state=ItemState.SKIPPED, reason="document-name-hostile"))
    assert (
        line
        == expected_line(
            ManifestEntry(stage="documents", key="n", name="n", size=7, digest=None, reason="document-name-hostile")
        )
        + b"\n"
    )


@pytest.mark.parametrize("state", [ItemState.PENDING, ItemState.STARTED, ItemState.MISSING])
def test_an_item_without_an_end_or_a_reason_is_a_fault(state: ItemState) -> None:
    with pytest.raises(OmtError) as caught:
        manifest_line(item(state=state))
    assert caught.value.code == "item-not-settled"
