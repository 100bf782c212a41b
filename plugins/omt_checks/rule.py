"""What a rule is: a name, the findings it can report, and a question to the database; and how rules are run."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, FindingCode, OmtError, Severity, sentence
from omt_core.api.calls import ValidateInstallation, ValidateUserNames, ValidateUsers

_log = logging.getLogger("omt.checks")

PLUGIN: Final = "checks"
"""The name of the plugin in all its findings."""

CHECK_FAILED: Final = FindingCode(
    code="check-failed",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A check could not be made, so that nobody knows whether what it looks for is there.",
    remedy="Look into the log for the cause. Waive this finding if you have made the check by hand.",
)

CallT = TypeVar("CallT", ValidateInstallation, ValidateUsers, ValidateUserNames)


@dataclass(frozen=True, slots=True)
class Rule(Generic[CallT]):
    """A rule. `name` is that of its module in `rules/`, `codes` are all findings that `check` can report."""

    name: str
    codes: tuple[FindingCode, ...]
    check: Callable[[CallT, ChecksSettings], Awaitable[Sequence[Finding]]]


InstallationRule = Rule[ValidateInstallation]
UserRule = Rule[ValidateUsers]
UserNameRule = Rule[ValidateUserNames]


async def run_rules(rules: Sequence[Rule[CallT]], call: CallT, settings: ChecksSettings) -> list[Finding]:
    """Return what all rules found. A rule that raises is itself a finding of severity error.

    An error that a person is meant to read (the database is gone) is no fault of a rule and stops the run as it does
    everywhere: it must not become a finding that can be waived.
    """
    findings: list[Finding] = []
    for rule in rules:
        try:
            findings += await rule.check(call, settings)
        except OmtError:
            raise
        except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it is told, not swallowed
            _log.exception("The check %s failed.", rule.name)
            message = sentence(
                "The check {rule} failed: {error}: {words}", rule=rule.name, error=type(error).__name__, words=error
            )
            findings.append(CHECK_FAILED.finding(message, (rule.name,)))
    return findings
