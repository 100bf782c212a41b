from __future__ import annotations

import hashlib
import json
import random

import pytest
import receipt_verifier
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()

LINES = [
    '{"stage":"database","key":"person/000001","name":"person/000001.parquet","size":812,"digest":"' + "a" * 64 + '",'
    '"part":{"table":"person","number":1,"rows":40,"fingerprint":"'
    + "f" * 32
    + '","last":false,"omitted_columns":[]}}',
    '{"stage":"database","key":"person/000002","name":"person/000002.parquet","size":812,"digest":"' + "a" * 64 + '",'
    '"part":{"table":"person","number":2,"rows":2,"fingerprint":"'
    + "0" * 31
    + '3","last":true,"omitted_columns":["x"]}}',
    '{"stage":"documents","key":"4711","name":"HH/2019.1/Tilbud på 𝄞.docx","size":20311,"digest":"' + "b" * 64 + '"}',
    '{"stage":"documents","key":"4712","name":"a\\udce4","size":0,"digest":null,"reason":"document-file-missing"}',
]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def make(lines=LINES, **changed):
    encoded = [line.encode() for line in lines]
    leaves = [hashlib.sha256(b"\x00" + line).digest() for line in encoded]
    manifest = b"".join(line + b"\n" for line in encoded)
    header = {
        "format": "omt-receipt-1",
        "tenant": "Cust12345",
        "migration": "m-1",
        "kind": "live",
        "owner": "Firma Åse",
        "serial": "1",
        "completed_at": "2026-01-02T03:04:05Z",
        "snapshot": "s",
        "manifest": {
            "digest": hashlib.sha256(manifest).hexdigest(),
            "entries": len(lines),
            "root": node(node(leaves[0], leaves[1]), node(leaves[2], leaves[3])).hex() if len(lines) == 4 else "",
        },
        "files": {"verified": 1, "bytes": 20311, "left_behind": 1},
        "tables": [{"table": "person", "rows": 42, "fingerprint": "0" * 31 + "2"}],
        "changes": {"users": 0, "plans_assigned": 0, "user_names_assigned": 0, "addresses_removed": 0},
        "changed_tables": [],
        "omitted": [],
        "plugins": {},
        "waivers": [],
        "public_key": PUBLIC,
    } | changed
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    signed = {"header": header, "signature": KEY.sign(text).hex()}
    return json.dumps(signed, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(), manifest


@pytest.fixture
def verify(tmp_path, capsys):
    def run(receipt: bytes, manifest: bytes, *options: str) -> tuple[int, str]:
        (tmp_path / "r").write_bytes(receipt)
        (tmp_path / "m").write_bytes(manifest)
        code = receipt_verifier.main([str(tmp_path / "r"), str(tmp_path / "m"), *options])
        return code, capsys.readouterr().out

    return run


def test_a_receipt_made_by_hand_is_verified(verify):
    code, out = verify(*make(), "--key", PUBLIC.upper())
    assert (code, out) == (0, "Verified: 4 entries, 1 files, 1 tables.\n")


def test_without_a_key_it_says_what_was_not_shown(verify):
    code, out = verify(*make())
    assert code == 0
    assert "does not show who signed it" in out


def test_another_key_is_refused(verify):
    code, out = verify(*make(), "--key", "0" * 64)
    assert code == 1
    assert "header.public_key" in out


def test_no_flip_of_a_byte_is_believed(verify):
    receipt, manifest = make()
    chance = random.Random(1)
    for content, other in ((receipt, manifest), (manifest, receipt)):
        for position in range(chance.randrange(3), len(content), 3):
            flipped = bytearray(content)
            flipped[position] ^= chance.choice([1, 2, 4, 8, 16, 32, 64, 128])
            arguments = (bytes(flipped), other) if content is receipt else (other, bytes(flipped))
            code, out = verify(*arguments, "--key", PUBLIC)
            assert (code, out.startswith("NOT VERIFIED: ")) == (1, True), (position, out)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("files", {"verified": 2, "bytes": 20311, "left_behind": 1}),
        ("tables", []),
        ("manifest", {"digest": "a" * 64, "entries": 4, "root": "b" * 64}),
        ("format", "omt-receipt-2"),
    ],
)
def test_a_signed_header_that_does_not_fit_is_named(verify, field, value):
    code, out = verify(*make(**{field: value}))
    assert code == 1
    assert f"header.{field}" in out


@pytest.mark.parametrize(
    "lines",
    [
        LINES[2:] + LINES[:2],
        [*LINES[:3], LINES[2]],
        [LINES[1], LINES[0], *LINES[2:]],
        LINES[1:],
        [LINES[0], *LINES[2:]],
    ],
    ids=["stages out of order", "twice", "keys out of order", "a part is not there", "the last part is not there"],
)
def test_a_manifest_that_breaks_its_rules_is_refused(verify, lines):
    assert verify(*make(lines))[0] == 1


def test_hostile_names_reach_no_terminal(verify):
    receipt, manifest = make()
    evil = manifest.replace(b"4711", b"\\u001b[2J") + b"x\n"
    _, out = verify(receipt, evil)
    assert "\x1b" not in out


def test_files_that_are_not_there_and_bad_keys_are_exit_2(tmp_path):
    assert receipt_verifier.main([str(tmp_path / "no"), str(tmp_path / "no")]) == 2
    with pytest.raises(SystemExit) as ended:
        receipt_verifier.main(["r", "m", "--key", "xyz"])
    assert ended.value.code == 2
