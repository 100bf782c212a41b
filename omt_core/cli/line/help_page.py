"""What `--help` prints, in the reader's language: argparse's own words by our catalogues, and those of each command.

What a command says of itself and of its options is plain text or a sentence, and becomes the reader's here, so that a
catalogue is loaded only where help is asked for.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable
from typing import Final

from typing_extensions import override

from omt_core.api.language import Language, translated
from omt_core.api.sentence import sentence

USAGE: Final = sentence("usage")
OWN_WORDS: Final = (
    USAGE,
    sentence("positional arguments"),
    sentence("options"),
    sentence("show this help message and exit"),
    sentence("show program's version number and exit"),
)
"""What argparse says by itself."""


class HelpPage(argparse.HelpFormatter):
    """Lines that begin with a space are examples, and stay as they are; all others are wrapped."""

    language: Language = Language.ENGLISH

    @override
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, f"{self._told(USAGE)}: " if prefix is None else prefix)

    @override
    def start_section(self, heading: str | None) -> None:
        super().start_section(self._told(heading))

    @override
    def add_text(self, text: str | None) -> None:
        super().add_text(self._told(text))

    @override
    def _get_help_string(self, action: argparse.Action) -> str | None:
        return self._told(super()._get_help_string(action))

    @override
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(
            f"{indent}{line}"
            if line.startswith(" ")
            else textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent)
            for line in text.splitlines()
        )

    def _told(self, text: str | None) -> str | None:
        return None if text is None else translated(text, self.language)
