r"""Reads what regedit exports (`.reg`), for searching a machine from another one.

Version 5 files are UTF-16 with a mark and hold texts in hex as UTF-16; REGEDIT4 files are ANSI and hold them as ANSI.
A key in brackets with a minus, and a value `-`, delete what stood before. What cannot be read is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from omt_discovery.windows.registry import LoadedRegistry, RegistryValue
from omt_discovery.windows.text_encoding import ANSI, decode_utf8_or_ansi

_Keys = dict[str, dict[str, RegistryValue]]

# Possessive, so that no file can make them go back over what they have read.
_TEXT = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_KEY = re.compile(r"\[(-?)([^\r\n]+)\][ \t]*(?=\r?\n|\Z)")
_NAME = re.compile(rf"(?:@|{_TEXT})[ \t]*=[ \t]*", re.DOTALL)
_STRING = re.compile(_TEXT, re.DOTALL)
_DWORD = re.compile(r"dword:([0-9a-fA-F]{1,8})\b")
_HEX = re.compile(r"hex(?:\(([0-9a-fA-F]+)\))?:((?:[0-9a-fA-F,][ \t]*+|\\[ \t]*+\r?\n[ \t]*+)*+)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NOT_A_DIGIT = re.compile(r"[^0-9a-fA-F]+")
_LINE_END = re.compile(r"\n|\Z")

_STRING_TYPES = {"1", "2"}
_MULTI_STRING = "7"
_BYTE_ORDERS = {"4": "little", "5": "big", "b": "little"}


def load_registry_exports(contents: Iterable[bytes], ansi: str = ANSI) -> LoadedRegistry:
    """Load exports as if they were imported one after the other; `ansi` is the code page of REGEDIT4 files."""
    keys: _Keys = {}
    for content in contents:
        _load(decode_utf8_or_ansi(content, ansi), keys, ansi)
    return LoadedRegistry(keys)


def _load(text: str, keys: _Keys, ansi: str) -> None:
    encoding = ansi if text.lstrip().startswith("REGEDIT4") else "utf-16-le"
    current: dict[str, RegistryValue] = {}
    spellings = {key.casefold(): key for key in keys}
    position = 0
    while position < len(text):
        if key := _KEY.match(text, position):
            position = key.end()
            current = {} if key[1] else keys.setdefault(spellings.setdefault(key[2].casefold(), key[2]), {})
            if key[1]:
                _delete(keys, key[2].casefold())
        elif name := _NAME.match(text, position):
            position = _read_value(text, name.end(), current, _unescaped(name[1] or ""), encoding)
        line_end = _LINE_END.search(text, position)
        position = line_end.end() if line_end and line_end.end() > position else position + 1


def _read_value(text: str, position: int, values: dict[str, RegistryValue], name: str, encoding: str) -> int:
    """Read one value into `values` and return where it ends; `position` unchanged when it is none."""
    for spelling in [known for known in values if known.casefold() == name.casefold()]:
        del values[spelling]
    if string := _STRING.match(text, position):
        values[name] = _unescaped(string[1])
        return string.end()
    if number := _DWORD.match(text, position):
        values[name] = int(number[1], 16)
        return number.end()
    if octets := _HEX.match(text, position):
        digits = _NOT_A_DIGIT.sub("", octets[2])
        content = bytes.fromhex(digits[: len(digits) // 2 * 2])
        values[name] = _decode(content, (octets[1] or "3").lower().lstrip("0"), encoding)
        return octets.end()
    return position


def _decode(content: bytes, kind: str, encoding: str) -> RegistryValue:
    if kind in _STRING_TYPES:
        return content.decode(encoding, errors="replace").partition("\0")[0]
    if kind == _MULTI_STRING:
        return tuple(part for part in content.decode(encoding, errors="replace").split("\0") if part)
    if kind == "5":
        return int.from_bytes(content, "big")
    if kind in _BYTE_ORDERS:
        return int.from_bytes(content, "little")
    return content


def _delete(keys: _Keys, folded: str) -> None:
    for key in [key for key in keys if key.casefold() == folded or key.casefold().startswith(folded + "\\")]:
        del keys[key]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
