"""The findings of freeze and thaw: what was left as it is, and why."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity

PLUGIN = "freeze"

EVENT_OF_OTHERS = FindingCode(
    code="no-login-event-of-others",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The database has a No Login event that this migration did not add. It keeps users out already, so nothing"
    " was added beside it, and it stays when this migration thaws.",
    remedy="Delete the event in the product's administration when users are to log in on site again.",
)
EVENT_CHANGED = FindingCode(
    code="no-login-event-changed",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The No Login event that this migration added was changed or replaced by someone else. It was left.",
    remedy="Delete the event in the product's administration when users are to log in on site again.",
)
SERVICE_FROZEN_BY_OTHERS = FindingCode(
    code="service-frozen-by-others",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The configuration of the Service says `frozen` on a line that this migration did not add. It was left, and"
    " it stays when this migration thaws.",
    remedy="Take the line `frozen` out of the file when the Service is to work on site again.",
)
SERVICE_CONFIG_LEFT = FindingCode(
    code="service-config-left",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The line `frozen` that this migration added to the configuration of the Service could not be taken out"
    " again: the file is gone, or is written in another way than before.",
    remedy="Look at the file, and take the line `frozen` out if it is there. The workspace holds a copy from before.",
)

TAKEN_OVER = FindingCode(
    code="earlier-freeze-taken-over",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="The installation was frozen already by another run of this tool, whose mark the No Login event or the line"
    " `frozen` bears. This migration has taken it over: its thaw undoes it.",
    remedy="Make sure that nobody else is moving this installation; else nothing is needed.",
)
FROZEN_BY_ANOTHER_RUN = FindingCode(
    code="frozen-by-another-run",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The thaw undid what this migration had frozen, but the installation still bears the freeze of another run"
    " of this tool, with another workspace. It keeps users out.",
    remedy="Make sure that nobody else is moving this installation. Then run `omt thaw --answers FILE`, which undoes"
    " whatever bears the mark of this tool; or delete the event in the product's administration, and take the line"
    " `frozen` out of the file.",
    waivable=False,
)

FREEZE_NOT_POSSIBLE = FindingCode(
    code="freeze-not-possible",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="Something that the freeze of a live migration needs is not there or not allowed: the right to add and"
    " remove a system event, to take an id for it, or to write to the Service's configuration. The migration would stop"
    " when it begins to upload.",
    remedy="Give the right that the message names, to the database user or to the account that runs the tool, before"
    " the night of the migration.",
)

CODES = (
    EVENT_CHANGED,
    EVENT_OF_OTHERS,
    FREEZE_NOT_POSSIBLE,
    FROZEN_BY_ANOTHER_RUN,
    SERVICE_CONFIG_LEFT,
    SERVICE_FROZEN_BY_OTHERS,
    TAKEN_OVER,
)
