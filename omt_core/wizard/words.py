"""What findings and errors say of the command line, in the wizard's own words.

A remedy is written once, for whoever types commands. Where it names an option, a file of answers or a command, a person
at the wizard is told the button or the page instead: whole remedies by the table, what many have in common by phrase.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from omt_core.api.errors import OmtError
from omt_core.api.findings import Finding, FindingCode
from omt_core.api.sentence import Sentence, parts_of
from omt_core.engine.result import ErrorLine, FindingLine, error_line

_LOCATE: Final = 'on the page "Locate the installation"'
_WHOLE: Final[Mapping[str, str]] = {
    "Read the agreement, then set accept_agreement = true in the answers file.": "Read the agreement, then tick it.",
    "Read the agreement at {address}, then set accept_agreement = true in the answers file.": (
        "Read the agreement at {address}, then tick it."
    ),
    "Fill the section [contact] in the answers file.": "Fill in your e-mail address.",
    "Give one of them by --recover or by `recover` in the answers file.": "Choose one of them.",
    "Set online.url in the answers file to the address of the tenant.": f"Give the address of the tenant {_LOCATE}.",
    "Set online.token_file in the answers file to the file that the online side gave out.": (
        f"Give the token file, which the online side gave out, {_LOCATE}."
    ),
    "Give online.url and online.token_file.": f"Give the address of the tenant and the token file {_LOCATE}.",
    "Give these keys in the answers file; `omt discover` shows what was found where.": (
        "Fill in the fields that are marked."
    ),
    "Run this on the server or on a client of the installation, or fill [installation] in the answers file.": (
        "Run the tool on the server or on a client of the installation, or fill in the fields."
    ),
    "Make them readable, then run the same command again with --recover missing.": (
        'Make them readable, then start the tool again and choose "Upload missing files".'
    ),
    "Take the waiver out of the answers file, or correct its spelling.": "Nothing, if you agree.",
    "Mend what was found. What may stand in the live migration too is waived once more: in the wizard on the page"
    ' Checks, in an answers file by `waive = [{ code = "...", reason = "...", live = true }]`.': (
        "Mend what was found, or waive it once more below if it may stand in the live migration too."
    ),
    "Write it again by `omt report`, with --output if the workspace cannot take it.": (
        "Download it on the last page, as HTML, CSV or JSON."
    ),
    "Do what the message asks for, then run `omt thaw`.": (
        'Do what the message asks for, then press "Let users in again".'
    ),
    "Make sure that nobody else is moving this installation. Then run `omt thaw --answers FILE`, which undoes whatever"
    " bears the mark of this tool; or delete the event in the product's administration, and take the line `frozen` out"
    " of the file.": (
        "Make sure that nobody else is moving this installation. Then delete the event in the product's administration,"
        " and take the line `frozen` out of the file."
    ),
    "`omt thaw` lets the users in again meanwhile.": '"Let users in again" does so meanwhile.',
    "Say why it may stand, in the answers file or beside the finding.": "Say why it may stand, beside the finding.",
    "Fill in section [installation] of the answers, or name the files in the settings: [discovery] ini_files.": (
        f"Fill in the fields {_LOCATE}, or name the files in the settings: [discovery] ini_files."
    ),
    "Run again with --debug and send the log to the plugin's author; or waive it by `plugin:NAME`.": (
        "Send the log to the plugin's author; or waive it."
    ),
    "Mend or enable the plugin (`omt plugins` says why), or waive it by `plugin:NAME` in the answers.": (
        "Mend or enable the plugin (the list of plugins below says why), or waive it."
    ),
    "Compare the values shown by `omt discover`; if the other one is right, give it in the answers.": (
        f"Compare the values that were found; if the other one is right, give it {_LOCATE}."
    ),
    "Close the file in other programs, or give another place with --output.": (
        "Close the file in other programs, then try again."
    ),
    "Write a fresh one by `omt check --write-csv DIR` and edit that; save it as CSV in UTF-8.": (
        "Download a fresh one on this page and edit that; save it as CSV in UTF-8."
    ),
    "Correct --root, or `root` in the section [installation] of the answers file.": (f"Correct the folder {_LOCATE}."),
    "This is a fault of the tool: tell its authors the code and this sentence. What they need can be read to them from"
    " `omt doctor`, `omt status` and the log.": (
        "This is a fault of the tool: tell its authors the code and this sentence. What they need can be read to them"
        " from the pages and the log."
    ),
    "Look at the section [notify] of the settings, and send a trial with `omt notify --test`.": (
        "Look at the section [notify] of the settings."
    ),
    "Wait until it is done, or stop it; `omt status` shows how far it is.": "Wait until it is done, or stop it.",
}
_PHRASES: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Run the same command again( to go on from there)?", r"Try again\1"),
        (r"run the same(?: command)? again", "try again"),
        (r"run the check again", "run the checks again"),
        (r",? in the answers file, section\s\[installation(?:\.service)?\]", f" {_LOCATE}"),
        (r"in the section \[installation\] of the answers file", _LOCATE),
        (r"by `waive` in the answers file\.", 'on the page "Checks".'),
        (r" ?Each has its reason: `[^`]*`\.", ""),  # the page asks for it
        (r" ?What was waived for the test counts when it is confirmed: `[^`]*`\.", ""),
        (r"; in an answers file: `[^`]*`", ""),
        (r" in the wizard's list of missing files, or in `missing-files.csv`, [^.]*", " in the list of missing files"),
        (r"in section \[installation\](?: of the answers)?", _LOCATE),
        (r"in \[installation\]", _LOCATE),
        (r"[Ss]ee `omt plugins`", 'See the list of plugins on the page "Checks"'),
        (r"(?:^|(?<=\. ))`omt plugins` shows", 'The list of plugins on the page "Checks" shows'),
        (r"`omt plugins` shows", 'the list of plugins on the page "Checks" shows'),
        (r"(?:^|(?<=\. ))`omt check` names", "The checks name"),
        (r"`omt check` names", "the checks name"),
        (r",? and send a trial with `omt notify --test`", ""),
        (r"Run `omt thaw`", 'Press "Let users in again"'),
        (r"in (?:the )?answers(?: file)?", _LOCATE),
        (r"; `omt thaw` lets the users in again meanwhile", '; "Let users in again" does so meanwhile'),
        (r"(?:Give|Name) (an)?other --workspace", r"Start the tool with \1other --workspace"),
        (r"(?:give|name) (an)?other --workspace", r"start the tool with \1other --workspace"),
    )
)


def in_wizard(text: str) -> str:
    """Return text as the wizard says it; a sentence stays one, so that it can be said in another language.

    It is changed template by template, also in the sentences that it is made of. A part that the wizard has no use for
    is left out. Whatever else was put in is a name, and stays.
    """
    if not isinstance(text, Sentence):
        return _here(text)
    template, parameters = _here(text.template), dict(text.parameters)
    for name, value in text.parameters.items():
        if isinstance(value, Sentence):
            parameters[name] = in_wizard(value)
            if value and not parameters[name]:
                template = template.replace(f" {{{name}}}", "")
    return Sentence(template, parameters)


def told_error(error: OmtError) -> ErrorLine:
    """Make the line of an error as the page shows it."""
    return error_line(OmtError(error.code, in_wizard(error.message), in_wizard(error.remedy)))


def told_finding(finding: Finding) -> FindingLine:
    """Make the line of a finding as the page shows it."""
    return FindingLine.of(replace(finding, message=in_wizard(finding.message), remedy=in_wizard(finding.remedy)))


def told_reasons(counts: Mapping[str, int], codes: Mapping[str, FindingCode]) -> list[dict[str, Any]]:
    """Return why files stay behind, the most frequent reason first: its code, how many files, and what it means.

    A reason that is no code of a finding has no meaning here.
    """
    by_count = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"reason": reason, "count": count, **_meaning(codes.get(reason))} for reason, count in by_count]


def _meaning(code: FindingCode | None) -> dict[str, str]:
    return {} if code is None else {"meaning": in_wizard(code.meaning), "remedy": in_wizard(code.remedy)}


def told_text(name: str, text: str) -> dict[str, Any]:
    """Return a field of this name for the page: with text in the wizard's words, and what that was made from."""
    told = in_wizard(text)
    beside = "" if name == "message" else f"{name}_"
    parts = parts_of(told) or {"template": None, "parameters": {}}
    return {name: told, **{f"{beside}{key}": part for key, part in parts.items()}}


def _here(text: str) -> str:
    known = _WHOLE.get(text)
    if known is not None:
        return known
    for pattern, words in _PHRASES:
        text = pattern.sub(words, text)
    return text
