"""Two receipts are verified, and then compared file by file and table by table."""

from __future__ import annotations

from pathlib import Path

import pytest

from omt_core.api import InputError, calls
from omt_core.api.online import ManifestEntry, TablePart
from omt_core.testing.recording import RecordingContext
from omt_online.verifying.comparison import compare
from tests.plugins.omt_online.verify.conftest import SignedFolder


def table(folder: SignedFolder, name: str, rows: int, fingerprint: str = "0" * 32) -> None:
    part = TablePart(table=name, number=1, rows=rows, fingerprint=fingerprint, last=True)
    key = f"{name}/000001"
    folder.entries.append(
        ManifestEntry(stage="database", key=key, name=f"{key}.parquet", size=1, digest="ab" * 32, part=part)
    )


def missing(folder: SignedFolder, key: str, name: str) -> None:
    reason = "document-file-missing"
    folder.entries.append(ManifestEntry(stage="documents", key=key, name=name, size=0, digest=None, reason=reason))


@pytest.fixture
def before(tmp_path: Path) -> SignedFolder:
    folder = SignedFolder(tmp_path / "test")
    folder.put("documents", "1", "HH/2019.1/Offer.docx", b"offer")
    folder.put("documents", "2", "HH/2019.1/Letter.docx", b"letter")
    missing(folder, "3", "HH/2019.1/Away.docx")
    table(folder, "person", 10)
    table(folder, "sale", 5)
    folder.sign(kind="test")
    folder.key_file()
    return folder


@pytest.fixture
def after(tmp_path: Path) -> SignedFolder:
    return SignedFolder(tmp_path / "live")


def compared(before: SignedFolder, after: SignedFolder, most: int = 100) -> calls.ReceiptComparison:
    after.key_file()
    call = calls.CompareReceipts(before=before.receipt, after=after.receipt, run=RecordingContext(), most=most)
    found = compare(call)
    assert found is not None
    return found


def told(found: calls.ReceiptComparison) -> set[tuple[str, str, str, bool]]:
    return {(one.area, one.change, one.name, one.by_time) for one in found.differences}


def test_what_is_the_same_is_equal_whatever_the_kind(before: SignedFolder, after: SignedFolder) -> None:
    after.root.mkdir()
    after.entries = list(before.entries)
    after.sign()
    found = compared(before, after)
    assert (found.before.kind, found.after.kind) == ("test", "live")
    assert found.before.origin_proven
    assert found.differences == ()
    assert {area.area: area.equal for area in found.areas} == {"tables": 2, "documents": 3}


def test_what_people_do_in_between_is_explained_by_time(before: SignedFolder, after: SignedFolder) -> None:
    after.put("documents", "1", "HH/2019.1/Offer.docx", b"offer, edited")
    after.put("documents", "2", "HH/2019.1/Letter.docx", b"letter")
    after.put("documents", "3", "HH/2019.1/Away.docx", b"found")
    after.put("documents", "4", "HH/2019.2/New.docx", b"new")
    table(after, "person", 11, "1" * 32)
    table(after, "sale", 5)
    table(after, "ticket", 0)
    after.sign()
    found = compared(before, after)
    assert told(found) == {
        ("tables", "different", "person", True),
        ("tables", "new", "ticket", True),
        ("documents", "different", "HH/2019.1/Offer.docx", True),
        ("documents", "different", "HH/2019.1/Away.docx", True),
        ("documents", "new", "HH/2019.2/New.docx", True),
    }
    assert sum(area.unexplained for area in found.areas) == 0


def test_what_was_there_and_is_gone_is_not_explained(before: SignedFolder, after: SignedFolder) -> None:
    after.put("documents", "1", "HH/2019.1/Offer.docx", b"offer")
    missing(after, "2", "HH/2019.1/Letter.docx")
    missing(after, "9", "HH/2019.1/Never.docx")
    table(after, "person", 9)
    after.sign()
    found = compared(before, after)
    assert told(found) == {
        ("tables", "different", "person", False),
        ("tables", "gone", "sale", False),
        ("documents", "gone", "HH/2019.1/Letter.docx", False),
        ("documents", "gone", "HH/2019.1/Away.docx", True),
        ("documents", "new", "HH/2019.1/Never.docx", False),
    }
    (lost,) = [one for one in found.differences if one.name == "HH/2019.1/Letter.docx"]
    assert (lost.before, lost.after) == ("6 bytes", "document-file-missing")


def test_all_are_counted_and_the_first_of_each_kind_listed(before: SignedFolder, after: SignedFolder) -> None:
    after.entries = list(before.entries)
    for number in range(10, 30):
        after.put("documents", str(number), f"HH/2019.2/{number}.docx", b"new")
    after.sign()
    found = compared(before, after, most=3)
    (documents,) = [area for area in found.areas if area.area == "documents"]
    assert documents.new == 20
    assert len(found.differences) == 3


def test_a_receipt_that_does_not_hold_is_compared_with_nothing(before: SignedFolder, after: SignedFolder) -> None:
    after.entries = list(before.entries)
    after.root.mkdir()
    after.sign()
    after.manifest.write_bytes(after.manifest.read_bytes().replace(b"Letter", b"Lettre"))
    found = compared(before, after)
    assert found.before.faults == ()
    assert "header.manifest" in found.after.faults[0]
    assert found.areas == ()


def test_receipts_of_other_installations_are_compared_with_nothing(before: SignedFolder, after: SignedFolder) -> None:
    after.entries = list(before.entries)
    after.root.mkdir()
    after.sign(serial="999")
    found = compared(before, after)
    assert (found.before.serial, found.after.serial, found.areas) == ("1234567890", "999", ())


def test_what_is_no_receipt_of_this_format_is_left_to_others(before: SignedFolder, after: SignedFolder) -> None:
    after.root.mkdir()
    after.receipt.write_text("{}")
    after.manifest.write_text("")
    call = calls.CompareReceipts(before=before.receipt, after=after.receipt, run=RecordingContext())
    assert compare(call) is None


def test_a_manifest_that_is_not_there_is_named(before: SignedFolder, after: SignedFolder) -> None:
    after.entries = list(before.entries)
    after.root.mkdir()
    after.sign()
    after.manifest.unlink()
    call = calls.CompareReceipts(before=before.receipt, after=after.receipt, run=RecordingContext())
    with pytest.raises(InputError) as refused:
        compare(call)
    assert refused.value.code == "receipt-unreadable"
    assert str(after.manifest) in refused.value.message
