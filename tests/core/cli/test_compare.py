"""`omt compare` as a person reads it."""

from __future__ import annotations

import io

from omt_core.api.calls import AreaComparison, Difference
from omt_core.api.language import Language
from omt_core.api.sentence import joined, sentence
from omt_core.cli.command.compare import _show_area
from omt_core.cli.console import Console
from omt_core.plugin_host import EventHub


def test_how_grave_a_finding_is_is_said_in_the_language_of_the_rest_and_a_name_as_it_is() -> None:
    out = io.StringIO()
    console = Console(
        EventHub(), json_lines=False, debug=False, self_command=("omt",), language=Language.GERMAN, out=out
    )
    area = AreaComparison(area="findings", equal=0, new=0, gone=0, different=2, unexplained=2)
    counted = Difference(
        area="findings", change="different", name="document-empty",
        before=joined([sentence("warning"), "1"], ": "), after=joined([sentence("error"), "2"], ": "),
    )  # fmt: skip
    plan = Difference(area="plans", change="different", name="HH", before="warning", after="error")
    _show_area(console, area, [counted, plan])
    first, second = out.getvalue().splitlines()[1:]
    assert first.endswith("document-empty (Warnung: 1 -> Fehler: 2)")
    assert second.endswith("HH (warning -> error)")
