"""Running rules one after another; one that fails is told by its name and stops no other."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from omt_checks.failure import CHECK_FAILED
from omt_checks.rule import CallT, Rule
from omt_checks.settings import ChecksSettings
from omt_core.api import Finding, OmtError

_log = logging.getLogger(__name__)


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
            message = f"The check {rule.name} failed: {type(error).__name__}: {error}"
            findings.append(CHECK_FAILED.finding(message, (rule.name,)))
    return findings
