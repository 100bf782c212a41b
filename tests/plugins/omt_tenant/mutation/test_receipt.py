"""Whatever of receipt, manifest, key or archive is flipped, cut off, added or swapped: both verifiers name it."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import random
import re
from pathlib import Path
from types import ModuleType

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omt_core.api.errors import InputError
from omt_online.settings import ClientSettings
from omt_online.verify_command import verify_command
from omt_protocol.receipt import ManifestTotals, canonical, parse_receipt, read_manifest
from omt_tenant.embedded import serve_tenant
from tests.contract.checkout import ROOT
from tests.plugins.omt_tenant.mutation.conftest import Completed, flipped, holding, running

seeded = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def independent() -> ModuleType:
    """The verifier of contrib, which shares no code with OMT."""
    path = ROOT / "contrib" / "receipt_verifier" / "receipt_verifier.py"
    spec = importlib.util.spec_from_file_location("independent_verifier", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def independently(completed: Completed, verifier: ModuleType, *options: object) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verifier.main([str(word) for word in (completed.receipt, completed.manifest, *options)])
    return code, said.getvalue()


def archive_files(completed: Completed) -> list[Path]:
    return completed.files("SO_ARC/**/*")


def test_undisturbed_both_verify_it(completed: Completed, independent: ModuleType) -> None:
    key = completed.key.read_text().strip()
    assert completed.verify("--archive", completed.archive)[0] == 0
    assert independently(completed, independent, "--key", key, "--archive", completed.archive)[0] == 0


@seeded
@given(data=st.data())
def test_a_flip_of_any_byte_of_receipt_or_manifest_is_named(
    completed: Completed, independent: ModuleType, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([completed.receipt, completed.manifest]))
    content = path.read_bytes()
    changed = flipped(content, data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255)))
    check_named(completed, independent, path, changed)


@settings(seeded, max_examples=50)
@given(data=st.data())
def test_bytes_cut_off_or_added_are_named(completed: Completed, independent: ModuleType, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([completed.receipt, completed.manifest]))
    content = path.read_bytes()
    cut = st.integers(0, len(content) - 1).map(lambda length: content[:length])
    more = st.sampled_from([b"\0", b"\n", b" ", b"{}", b"{}\n"])
    check_named(completed, independent, path, data.draw(cut | more.map(lambda end: content + end)))


@settings(seeded, max_examples=50)
@given(data=st.data())
def test_a_line_that_is_removed_doubled_or_moved_is_named(
    completed: Completed, independent: ModuleType, data: st.DataObject
) -> None:
    lines = completed.manifest.read_bytes().splitlines(keepends=True)
    place, other = data.draw(st.permutations(range(len(lines))).map(lambda order: order[:2]))
    removed, doubled, moved = list(lines), list(lines), list(lines)
    del removed[place]
    doubled.insert(place, lines[place])
    moved[place], moved[other] = lines[other], lines[place]
    changed = data.draw(st.sampled_from([removed, doubled, moved]))
    check_named(completed, independent, completed.manifest, b"".join(changed))


@pytest.mark.parametrize(
    "form", [{"indent": 1}, {"separators": (", ", ": ")}, {"sort_keys": False}, {"ensure_ascii": True}]
)
def test_a_receipt_that_means_the_same_but_is_spelt_otherwise_is_named(
    completed: Completed, independent: ModuleType, form: dict[str, object]
) -> None:
    record = json.loads(completed.receipt.read_bytes())
    record = {"signature": record["signature"], "header": record["header"]}
    usual = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}
    text = json.dumps(record, **(usual | form))  # type: ignore[arg-type]
    if form == {"ensure_ascii": True}:
        text = text.replace('"Uno"', '"\\u0055no"')
    check_named(completed, independent, completed.receipt, text.encode())


def check_named(completed: Completed, independent: ModuleType, path: Path, content: bytes) -> None:
    with holding(path, content):
        code, said = completed.verify()
        other, told = independently(completed, independent)
    assert (code, other) == (1, 1)
    assert {finding["code"] for finding in said.findings} == {"receipt-mismatch"}
    assert said.text.startswith(("receipt", "manifest"))
    assert told.startswith(("NOT VERIFIED: receipt", "NOT VERIFIED: manifest"))
    if path == completed.receipt:
        assert "receipt" in said.text


@seeded
@given(data=st.data())
def test_a_flip_of_any_byte_of_a_key_is_named(completed: Completed, data: st.DataObject) -> None:
    content = completed.key.read_bytes()
    changed = flipped(content, data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255)))
    with holding(completed.key, changed):
        code, said = completed.verify()
        assert code == 1
        assert "key" in said.text
        given_key = completed.root / "given.key"
        given_key.write_bytes(changed)
        if re.fullmatch(rb"[0-9a-f]{64}\n", changed):
            assert completed.verify("--key", given_key)[0] == 1
        else:
            with pytest.raises(InputError, match=r"given\.key"):
                completed.verify("--key", given_key)


@settings(seeded, max_examples=100)
@given(data=st.data())
def test_a_flip_of_any_byte_of_the_archive_is_named_with_its_item(
    completed: Completed, independent: ModuleType, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(archive_files(completed)))
    content = path.read_bytes()
    flip = st.builds(
        lambda place, bits: flipped(content, place, bits), st.integers(0, len(content) - 1), st.integers(1, 255)
    )
    cut = st.integers(0, len(content) - 1).map(lambda length: content[:length])
    check_item_named(completed, independent, path, data.draw(flip | cut | st.just(content + b"\0")))


def test_two_files_of_equal_size_that_are_swapped_are_both_named(completed: Completed, independent: ModuleType) -> None:
    first, second = (path for path in archive_files(completed) if path.name.startswith("Twin"))
    one, other = first.read_bytes(), second.read_bytes()
    assert len(one) == len(other)
    with holding(first, other), holding(second, one):
        _, said = completed.verify("--archive", completed.archive)
        assert independently(completed, independent, "--archive", completed.archive)[0] == 1
    assert all(path.name in said.text for path in (first, second))


def check_item_named(completed: Completed, independent: ModuleType, path: Path, content: bytes) -> None:
    key = path.relative_to(completed.archive).as_posix()
    item = f"templates/{key.removeprefix('TEMPLATE/')}" if key.startswith("TEMPLATE/") else f"documents/{key}"
    with holding(path, content):
        code, said = completed.verify("--archive", completed.archive)
        other, told = independently(completed, independent, "--archive", completed.archive)
    assert (code, other) == (1, 1)
    assert [finding["subjects"] for finding in said.findings] == [(item,)]
    assert str(path) in said.text
    assert item in told


def test_a_header_without_a_line_cannot_be_signed_anew_without_the_key(
    completed: Completed, independent: ModuleType
) -> None:
    """Whoever takes a line out and mends all sums still lacks the signature."""
    lines = completed.manifest.read_bytes().splitlines(keepends=True)
    record = json.loads(completed.receipt.read_bytes())
    with holding(completed.manifest, b"".join(line for line in lines if b'"key":"HH/2010.1' not in line)):
        mended = _mended(completed, record)
        with holding(completed.receipt, mended):
            code, said = completed.verify()
            assert (code, [finding["subjects"] for finding in said.findings]) == (1, [("signature",)])
            assert independently(completed, independent)[0] == 1


def _mended(completed: Completed, record: dict[str, dict[str, object]]) -> bytes:
    totals = ManifestTotals()
    for line in read_manifest(completed.manifest):
        totals.add(line.text, line.entry)
    header = parse_receipt(completed.receipt.read_bytes()).header
    header = header.model_copy(
        update={"manifest": totals.manifest(), "files": totals.files(), "tables": totals.tables()}
    )
    record = {"header": header.model_dump(mode="json"), "signature": record["signature"]}
    return canonical(record)


def test_against_the_tenant_a_change_on_either_side_is_named_with_line_and_key(completed: Completed) -> None:
    ours, theirs = completed.manifest, completed.files("tenant/receipts/*.manifest.jsonl")[0]
    lines = ours.read_bytes().splitlines(keepends=True)
    chance = random.Random(11)

    async def check() -> None:
        async with serve_tenant(completed.tenant) as tenant:
            settings = ClientSettings(token_file=tenant.token_file, retry_total=0)
            command = verify_command(settings)
            for _ in range(12):
                place = chance.randrange(len(lines))
                item = json.loads(lines[place])
                for path in (ours, theirs):
                    at = lines[place].index(b'"name":"') + 8
                    changed = flipped(lines[place], at + chance.randrange(3), 1)
                    with holding(path, b"".join([*lines[:place], changed, *lines[place + 1 :]])):
                        code, said = await running(command, completed.receipt, "--tenant", tenant.url)
                    assert code == 1
                    assert f"tenant, line {place + 1}, {item['stage']}/{item['key']}: name: " in said.text

    anyio.run(check)
