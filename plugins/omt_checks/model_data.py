"""DatabaseModel.ModelData: compressed JSON whose compression and layout are not documented.

ND (crm.md section 2): gzip, zlib, zip and raw deflate are told by their first bytes; the JSON has a list
`Tables` of objects with a `Name`, keys in any case. Plain JSON is taken too.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from omt_core.api import sentence

GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
RAW_DEFLATE: Final = -zlib.MAX_WBITS


class ModelError(Exception):
    """The model cannot be read; the text says why."""


def table_names(data: bytes, *, limit: int) -> list[str]:
    """Return the names of the tables in the model; raises ModelError. `limit` is in bytes, unpacked."""
    if not data:
        raise ModelError(sentence("The model is empty."))
    try:
        # Detects UTF-8, UTF-16 and UTF-32 by itself, with or without a mark.
        model = json.loads(unpack(data, limit=limit))
    except (ValueError, RecursionError) as error:
        raise ModelError(sentence("The model is not JSON ({error}).", error=error)) from error
    names = [name for tables in _lists_of_tables(model) for name in tables]
    if not names:
        raise ModelError(sentence("The model lists no tables."))
    return names


def unpack(data: bytes, *, limit: int) -> bytes:
    """Unpack the model, whatever it was packed with; never makes more than `limit` bytes."""
    if data[:2] == b"PK":
        return _unzip(data, limit)
    for window in (GZIP_OR_ZLIB, RAW_DEFLATE):
        unpacked = _inflate(data, window, limit)
        if unpacked is not None:
            return unpacked
    return data


def _inflate(data: bytes, window: int, limit: int) -> bytes | None:
    stream = zlib.decompressobj(window)
    try:
        unpacked = stream.decompress(data, limit + 1)
    except zlib.error:
        return None
    if len(unpacked) > limit:
        raise ModelError(sentence("The model is larger than {limit:,} bytes.", limit=limit))
    return unpacked if stream.eof else None


def _unzip(data: bytes, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(archive.namelist()[0]) as member:
            unpacked = member.read(limit + 1)
    except (zipfile.BadZipFile, IndexError, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise ModelError(sentence("The model is a damaged zip file ({error}).", error=error)) from error
    if len(unpacked) > limit:
        raise ModelError(sentence("The model is larger than {limit:,} bytes.", limit=limit))
    return unpacked


def _lists_of_tables(model: object) -> Iterator[list[str]]:
    """Yield the names in each list `Tables`, however deep it is."""
    waiting = [model]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            for key, value in part.items():
                if key.lower() == "tables" and isinstance(value, list):
                    yield [name for table in value if isinstance(name := _name_of(table), str)]
                else:
                    waiting.append(value)


def _name_of(table: object) -> object:
    if isinstance(table, dict):
        return next((value for key, value in table.items() if key.lower() == "name"), None)
    return table
