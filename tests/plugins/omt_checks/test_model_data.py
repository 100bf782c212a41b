"""Reading the DatabaseModel, however it is packed."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omt_checks.model_data import ModelError, table_names

MODEL = json.dumps({"Name": "SoCdd", "Tables": [{"Name": "contact"}, {"Name": "y_blå"}]}, ensure_ascii=False)
LIMIT = 1_000_000


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.json", data)
    return target.getvalue()


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = {"gzip": gzip.compress, "zlib": zlib.compress, "zip": zipped, "raw deflate": deflated, "nothing": bytes}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("packer", PACKERS)
def test_every_packing_and_encoding_is_read(packer, encoding):
    assert table_names(PACKERS[packer](MODEL.encode(encoding)), limit=LIMIT) == ["contact", "y_blå"]


@pytest.mark.parametrize(
    "model",
    [
        {"model": {"TABLES": [{"name": "contact"}]}},
        {"tables": ["contact"]},
        [{"Tables": [{"Id": 1, "NAME": "contact"}]}],
    ],
)
def test_the_list_of_tables_is_found_wherever_it_is(model):
    assert table_names(json.dumps(model).encode(), limit=LIMIT) == ["contact"]


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"PK\x03\x04broken", gzip.compress(b"{}", mtime=0), b"[" * 100_000, b"\xff\xfe"]
)
def test_what_is_no_model_is_an_error(data):
    with pytest.raises(ModelError):
        table_names(data, limit=LIMIT)


@pytest.mark.parametrize("packer", ["gzip", "zlib", "zip", "raw deflate"])
def test_a_model_that_unpacks_beyond_the_limit_is_refused(packer):
    with pytest.raises(ModelError, match="larger than"):
        table_names(PACKERS[packer](b" " * 2_000_000), limit=LIMIT)


def test_a_cut_off_model_is_an_error():
    with pytest.raises(ModelError):
        table_names(gzip.compress(MODEL.encode())[:-12], limit=LIMIT)


@given(st.binary())
def test_no_bytes_raise_anything_else(data):
    try:
        names = table_names(data, limit=LIMIT)
    except ModelError:
        return
    assert names
