"""Keeps secrets out of everything that is written down: one place that knows them, one function that hides them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from omt_core.api.sentence import changed

_IN_CONNECTION_STRING: Final = re.compile(
    r"(?:^|;)\s*(?:pwd|password|accesstoken)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)", re.IGNORECASE
)
_IN_ADDRESS: Final = re.compile(r"(?:^|://)[^/@:\s]*:([^/\s]+)@")
_SHORTEST: Final = 4
"""Hiding shorter texts would hide ordinary words, and so tell the secret by what is missing."""


class Secrets:
    """The secrets of this process. They are hidden in log lines after formatting, exceptions included."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, secret: str) -> None:
        """Hide this text from now on."""
        if len(secret) >= _SHORTEST:
            self._known.add(secret)

    def add_within(self, text: str) -> None:
        """Hide the passwords that stand in a connection string or in an address such as a proxy's."""
        for password in _IN_CONNECTION_STRING.findall(text):
            self.add(password.strip())
            if password.startswith("{"):
                self.add(password[1:-1].replace("}}", "}"))
        for password in _IN_ADDRESS.findall(text):
            self.add(password)
            self.add(unquote(password))

    def hide(self, text: str) -> str:
        """Return the text with every known secret replaced, longest first; a `Sentence` stays one."""
        return changed(text, self._hidden)

    def _hidden(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


SECRETS: Final = Secrets()
"""Whoever resolves a secret (a password, a token) adds it here before using it."""
