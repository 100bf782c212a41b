"""What the host itself has to say about plugins."""

from __future__ import annotations

from typing import Final

from omt_core.api.findings import FindingCode, Severity

CORE: Final = "core"
"""The name under which the core reports findings."""

PLUGIN_RAISED: Final = FindingCode(
    code="plugin-raised",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="A plugin failed while it was asked something, so what it would have checked has not been checked.",
    remedy="Run again with --debug and send the log to the plugin's author; or waive it by `plugin:NAME`.",
)
PLUGIN_TIMED_OUT: Final = FindingCode(
    code="plugin-timed-out",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="A plugin did not answer within the time that `core.hook_timeout` allows.",
    remedy="Allow more time by `core.hook_timeout`, or tell the plugin's author; or waive it by `plugin:NAME`.",
)
PLUGIN_ANSWERED_WRONGLY: Final = FindingCode(
    code="plugin-answered-wrongly",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="A plugin answered something that its hook does not allow, such as a finding code that it never named.",
    remedy="Tell the plugin's author; or waive it by `plugin:NAME`.",
)
PLUGIN_NOT_ACTIVE: Final = FindingCode(
    code="plugin-not-active",
    severity=Severity.ERROR,
    plugin=CORE,
    meaning="A plugin that should take part is broken, disabled, or replaced by one that is disabled: its rules are not"
    " applied.",
    remedy="Mend or enable the plugin (`omt plugins` says why), or waive it by `plugin:NAME` in the answers.",
)
HOST_CODES: Final = (PLUGIN_RAISED, PLUGIN_TIMED_OUT, PLUGIN_ANSWERED_WRONGLY, PLUGIN_NOT_ACTIVE)
