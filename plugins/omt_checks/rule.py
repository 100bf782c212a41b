"""What a rule is: a name, the findings it can report, and a question to the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode
from omt_core.api.calls import ValidateInstallation, ValidateUsers

CallT = TypeVar("CallT", ValidateInstallation, ValidateUsers)


@dataclass(frozen=True, slots=True)
class Rule(Generic[CallT]):
    """A rule. `name` is that of its module in `rules/`, `codes` are all findings that `check` can report."""

    name: str
    codes: tuple[FindingCode, ...]
    check: Callable[[CallT, ChecksSettings], Awaitable[Sequence[Finding]]]


InstallationRule = Rule[ValidateInstallation]
UserRule = Rule[ValidateUsers]
