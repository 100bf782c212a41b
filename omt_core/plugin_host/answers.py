"""What plugins answer, checked where it enters: its types to the last field, its codes, and how much it is."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from omt_core.api.findings import SUBJECTS_SHOWN, Finding, FindingCode, Severity
from omt_core.api.hook import Hook
from omt_core.api.machine import MachineCheck, MachineState
from omt_core.api.sentence import sentence
from omt_core.api.stages import UploadStage
from omt_core.plugin_host.faults import FaultError, wrong_answer
from omt_core.plugin_host.fit import misfit
from omt_core.plugin_host.stages import admitted_stage

MOST_FINDINGS: Final = 1_000
"""So many findings of one plugin are told for one question; a rule that has more to say lists subjects."""

MOST_LINES: Final = 100
"""So many lines of one plugin about this machine are told."""

_WORST_FIRST: Final = (MachineState.ERROR, MachineState.WARNING, MachineState.NOT_CHECKED, MachineState.OK)
_CARE: Final = {state: place for place, state in enumerate(_WORST_FIRST)}
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Answers(Generic[A]):
    """What plugins answered, in the order of their names, and the findings about those that failed instead."""

    values: tuple[A, ...]
    faults: tuple[Finding, ...] = ()


def check_types(answer: object, plugin: str, hook: Hook) -> None:
    """Raise `FaultError` unless an answer is what its hook specifies, to the last field.

    Of a hook that specifies no answer nothing is looked at.
    """
    if hook.answer is None:
        return
    wrong = misfit(answer, hook.answer)
    if wrong is not None:
        raise wrong_answer(plugin, hook.name, sentence("its answer is not what the hook says{misfit}", misfit=wrong))


def admitted(
    answer: Sequence[A], plugin: str, hook: Hook, codes: Mapping[str, FindingCode], error_codes: Container[str]
) -> tuple[Sequence[A], Sequence[FaultError]]:
    """Return the values of one plugin's answer under that plugin's name, and what is wrong with them.

    Raises `FaultError` for a stage that breaks a rule.
    """
    faults: list[FaultError] = []
    values: list[Any] = list(answer)
    if hook.element is Finding:
        values, faults = _findings(values, plugin, hook, codes)
    elif hook.element is MachineCheck:
        values, faults = _lines(values, plugin, hook)
    elif hook.element is UploadStage:
        values = [admitted_stage(stage, plugin, hook.name, codes, error_codes) for stage in values]
    return values, faults


def _lines(lines: list[MachineCheck], plugin: str, hook: Hook) -> tuple[list[MachineCheck], list[FaultError]]:
    faults: list[FaultError] = []
    if len(lines) > MOST_LINES:
        faults.append(
            wrong_answer(
                plugin,
                hook.name,
                sentence("it said {number} lines, of which {limit} are told", number=len(lines), limit=MOST_LINES),
            )
        )
        lines = sorted(lines, key=lambda line: _CARE[line.state])[:MOST_LINES]
    return [replace(line, plugin=plugin) for line in lines], faults


def _findings(
    findings: list[Finding], plugin: str, hook: Hook, codes: Mapping[str, FindingCode]
) -> tuple[list[Finding], list[FaultError]]:
    faults: list[FaultError] = []
    if len(findings) > MOST_FINDINGS:
        what = sentence(
            "it reported {number} findings, of which {limit} are told", number=len(findings), limit=MOST_FINDINGS
        )
        faults.append(wrong_answer(plugin, hook.name, what))
        findings = sorted(findings, key=lambda finding: _ORDER[finding.severity])[:MOST_FINDINGS]
    strange = sorted({one.code for one in findings if one.code not in codes or codes[one.code].plugin != plugin})
    faults += [
        wrong_answer(plugin, hook.name, sentence("it reported the code {code} that it never named", code=repr(code)))
        for code in strange
    ]
    return [replace(one, plugin=plugin, subjects=one.subjects[:SUBJECTS_SHOWN]) for one in findings], faults
