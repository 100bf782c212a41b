"""Reads SuperOffice.config and web.config (crm.md section 1): lists of `<add key value>` by section.

They come from the customer's disk and may be anything: no document type, no entities, and the caller limits the size.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from omt_core.api import sentence

ROOT = ("SuperOffice",)
_PROVIDER = "configprotectionprovider"
_ENCRYPTED = "encrypteddata"

_CIPHER_BLOCK = 16
"""ND: how clients' user and password are encrypted. The class reference speaks of Rijndael, so the choice here: a value
that is base64 of whole cipher blocks is not plain text."""


class DotNetConfigError(Exception):
    """The file is no configuration, or one that must not be read; the text says which."""


class DotNetConfig:
    """The settings below `<configuration>`, sections and keys in any case."""

    def __init__(self, content: bytes) -> None:
        try:
            document = fromstring(content, forbid_dtd=True)
        except DefusedXmlException as error:
            raise DotNetConfigError(
                sentence("it has a document type or entities, which is never needed and not safe")
            ) from error
        except (ParseError, ValueError, LookupError) as error:
            raise DotNetConfigError(sentence("it is no well-formed XML ({error})", error=error)) from error
        if _name(document) != "configuration":
            raise DotNetConfigError(sentence("it is no .NET configuration"))
        self._document = document

    def describes_superoffice(self) -> bool:
        """Tell whether the product's own section is there."""
        return self._section(ROOT) is not None

    def section(self, *path: str) -> Mapping[str, str]:
        """Return the values of a section below SuperOffice by lower-case key, the last one given winning."""
        values: dict[str, str] = {}
        section = self._section((*ROOT, *path))
        for entry in () if section is None else section:
            key = (entry.get("key") or "").strip().casefold()
            if _name(entry) == "clear":
                values.clear()
            elif _name(entry) == "remove":
                values.pop(key, None)
            elif _name(entry) == "add" and key:
                values[key] = (entry.get("value") or "").strip()
        return {key: value for key, value in values.items() if value}

    def is_encrypted(self, *path: str) -> bool:
        """Tell whether a section below SuperOffice, or one it lies in, is protected ("Encrypt configuration")."""
        sections = (self._section((*ROOT, *path[:depth])) for depth in range(len(path) + 1))
        return any(section is not None and _is_protected(section) for section in sections)

    def _section(self, path: tuple[str, ...]) -> Element | None:
        section: Element = self._document
        for name in path:
            found = next((child for child in section if _name(child) == name.casefold()), None)
            if found is None:
                return None
            section = found
        return section


def is_plain_text(value: str) -> bool:
    """Tell whether a user or password is readable as it stands, not what the installer encrypted."""
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return True
    return len(content) == 0 or len(content) % _CIPHER_BLOCK != 0


def _is_protected(section: Element) -> bool:
    if any(name.casefold() == _PROVIDER for name in section.attrib):
        return True
    return any(_name(child) == _ENCRYPTED for child in section)


def _name(element: Element) -> str:
    # Without its namespace, which the product's own sections do not use and protected ones do.
    return element.tag.rpartition("}")[2].casefold()
