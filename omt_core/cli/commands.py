"""The core's own commands, and what each of them works with."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from omt_core.api.sentence import joined, plural, sentence
from omt_core.app import Application
from omt_core.cli.console import Console

if TYPE_CHECKING:  # its models are made where there is an answers file
    from omt_core.answers.file import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a command: the options, the process put together, the answers file if one was named."""

    options: argparse.Namespace
    app: Application
    answers: Answers | None
    console: Console


def examples_text(examples: Sequence[str], name: str) -> str:
    """Return what stands below a command's help."""
    given = tuple(examples) or (f"omt {name}",)
    shown = "".join(f"  {example}\n" for example in given)
    more = sentence("`omt help {name}` says more.", name=name)
    return joined([plural(len(given), "example:", "examples:"), shown, more], "\n")


class CoreCommand(ABC):
    """A command of the core; each lives in a file of its own name, and `CORE_COMMANDS` says what it is for."""

    examples: ClassVar[tuple[str, ...]] = ()
    """Whole command lines, shown below the help."""

    writes: ClassVar[bool] = False
    """Whether plugins that are broken or disabled stop this command unless they are waived."""

    def configure(self, parser: argparse.ArgumentParser) -> None:  # noqa: B027 - a command need not have options
        """Add the command's options."""

    @abstractmethod
    async def run(self, call: Invocation) -> int:
        """Do it and return the exit code. Raises `OmtError`."""
