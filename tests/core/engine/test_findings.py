"""Which findings stop a run, and how those of several places are united."""

from __future__ import annotations

import tomllib

import pytest

from omt_core.api.decisions import Decisions, MigrationKind, Waiver
from omt_core.api.findings import Finding, FindingCode, Severity
from omt_core.engine.findings import (
    asked_again,
    blocking,
    confirming_line,
    is_waived,
    merged,
    reasoned_line,
    unconfirmed,
    unused_waivers,
    waived_folders,
)


def finding(code: str = "a", severity: Severity = Severity.ERROR, plugin: str = "p", *subjects: str) -> Finding:
    return Finding(code=code, severity=severity, plugin=plugin, subjects=subjects, message="m", remedy="r")


def waivers(*names: str, reason: str = "They burnt.") -> list[Waiver]:
    return [Waiver(names=name, reason=reason) for name in names]


def test_only_errors_that_nobody_waived_stop_a_run() -> None:
    found = [finding("a"), finding("b", Severity.WARNING), finding("c", plugin="q"), finding("d")]
    assert [one.code for one in blocking(found, waivers("d"), {})] == ["a", "c"]
    assert [one.code for one in blocking(found, waivers("a", "plugin:q"), {})] == ["d"]


def test_what_the_online_side_refuses_in_any_case_cannot_be_waived() -> None:
    code = FindingCode(code="a", severity=Severity.ERROR, plugin="p", meaning="m", remedy="r", waivable=False)
    assert blocking([finding("a")], waivers("a", "plugin:p", reason="We know."), {"a": code}) == (finding("a"),)


@pytest.mark.parametrize("names", ["a", "plugin:p", "plugin:about"])
def test_a_waiver_counts_with_its_reason_only(names: str) -> None:
    code = FindingCode(code="a", severity=Severity.ERROR, plugin="p", meaning="m", remedy="r")
    found = finding("a", Severity.ERROR, "p", "plugin:about")
    for blank in ("", "  "):
        assert not is_waived(found, waivers(names, reason=blank), {"a": code})
    assert is_waived(found, waivers(names), {"a": code})
    assert is_waived(found, waivers(names), {})


def test_what_is_found_of_folders_is_waived_folder_by_folder_and_by_nothing_else() -> None:
    found = finding("a", Severity.ERROR, "p", "folder:C:\\one", "folder:C:\\two")
    assert found.waivers == ("folder:C:\\one", "folder:C:\\two")
    for names in (("a",), ("plugin:p",), ("folder:C:\\one",), ("folder:C:\\",)):
        assert not is_waived(found, [one for name in names for one in waivers(name)], {})
    both = [one for name in found.waivers for one in waivers(name)]
    assert is_waived(found, both, {})
    assert waived_folders([*both, *waivers("a"), *waivers("folder:C:\\three", reason=" ")]) == ("C:\\one", "C:\\two")
    (told,) = unused_waivers([], both[:1], [], ["a"])
    assert told.message == "Nothing was found that these waivers are about."


def test_the_line_that_waives_is_one_of_an_answers_file() -> None:
    names = ["a", "plugin:b", "folder:C:\\one", "folder:C:\\Håkon \U0001f600"]
    told = tomllib.loads(reasoned_line(names))
    assert [one["code"] for one in told["waive"]] == names
    assert "Håkon" in reasoned_line(names)
    assert {one["reason"] for one in told["waive"]} == {"..."}


def test_the_answers_of_a_test_that_are_made_live_take_no_waiver_over_unless_they_say_so() -> None:
    of_test = (Waiver(names="a", kind=MigrationKind.TEST), Waiver(names="b", kind=MigrationKind.TEST))
    earlier = Decisions(kind=MigrationKind.TEST, agreement_accepted=True, waivers=of_test)
    now = [Waiver(names="a"), Waiver(names="b", confirmed=True), Waiver(names="c")]
    counting = Decisions(waivers=asked_again(now, earlier, MigrationKind.TEST)).waived(MigrationKind.LIVE)
    assert counting == (now[1], now[2])


def test_a_workspace_made_anew_beside_a_test_takes_what_is_waived_for_the_tests() -> None:
    now = [Waiver(names="a"), Waiver(names="b", confirmed=True)]
    anew = Decisions(waivers=asked_again(now, Decisions(), MigrationKind.TEST))
    assert anew.waived(MigrationKind.LIVE) == (now[1],)
    assert unconfirmed([finding("a"), finding("b")], anew.waivers, MigrationKind.LIVE) == anew.waivers[:1]
    for online in (None, MigrationKind.LIVE):
        assert asked_again(now, Decisions(), online) == tuple(now)


def test_what_is_confirmed_for_a_live_migration_counts_there_though_it_was_given_for_a_test() -> None:
    given = (Waiver(names="a", kind=MigrationKind.TEST, confirmed=True),)
    assert Decisions(waivers=given).waived(MigrationKind.LIVE) == given
    assert unconfirmed([finding("a")], given, MigrationKind.LIVE) == ()


def test_the_line_that_confirms_is_one_of_an_answers_file() -> None:
    told = tomllib.loads(
        confirming_line([Waiver(names="a", reason='They "burnt" \U0001f525.'), Waiver(names="plugin:b")])
    )
    assert told["waive"] == [
        {"code": "a", "reason": 'They "burnt" \U0001f525.', "live": True},
        {"code": "plugin:b", "reason": "...", "live": True},
    ]


def test_a_finding_about_a_plugin_is_waived_by_that_plugins_name() -> None:
    about = finding("plugin-raised", Severity.ERROR, "core", "plugin:bad")
    assert blocking([about], waivers("plugin:good"), {}) == (about,)
    assert blocking([about], waivers("plugin:bad"), {}) == ()


def test_there_is_one_answer_to_whether_a_finding_is_waived() -> None:
    about = finding("plugin-raised", Severity.ERROR, "core", "plugin:bad")
    assert about.waived_by(["plugin:bad"])
    assert about.waived_by({"plugin-raised"})
    assert about.waived_by(("plugin:core",))
    assert not about.waived_by(["plugin:good", "bad"])


def test_united_findings_are_sorted_by_weight_and_told_once() -> None:
    info, error = finding("a", Severity.INFO), finding("z")
    assert merged([info, error], [error]) == (error, info)


def test_a_waiver_that_waives_nothing_is_told() -> None:
    idle = waivers("a", "other-code", "plugin:there", "plugin:gone")
    (told,) = unused_waivers([finding("a")], idle, ["there"], ["a", "other-code"])
    assert told.subjects == ("other-code", "plugin:gone")
    assert unused_waivers([finding("a")], waivers("a"), [], ["a"]) == ()


def test_a_waiver_of_a_code_that_does_not_exist_is_told_with_the_code_that_is_meant() -> None:
    near, far = unused_waivers([], waivers("satelite-active", "xyz"), [], ["satellite-active", "plan-missing"])
    assert (near.code, near.subjects) == ("waiver-unused", ("satelite-active",))
    assert near.message == "No finding has the code satelite-active; did you mean satellite-active?"
    assert far.message == "No finding has the code xyz."
