"""Why the users cannot be kept out, or not be let in again."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, FreezeLiftedError, InstallationError

EVENT_ID_CONTENDED: Final = ErrorCode(
    code="event-id-contended",
    kind=InstallationError,
    meaning="No id could be reserved for the No Login event: others took ids from the sequence all the time.",
    remedy="Ask users to leave the product, then run the same command again.",
)
FREEZE_LIFTED: Final = ErrorCode(
    code="freeze-lifted",
    kind=FreezeLiftedError,
    meaning="Users were let in on site while the migration was under way: what they have entered since the database was"
    " read would not be online. Nothing was imported.",
    remedy="Find out who thaws or ends maintenance there, another run of this tool say, and keep users out. Then run"
    " the same command again: it reads the database anew, and sends what has changed.",
)
NO_LOGIN_EVENT_IMPOSSIBLE: Final = ErrorCode(
    code="no-login-event-impossible",
    kind=InstallationError,
    meaning="The table of No Login events lacks columns that the tool knows, so users cannot be kept out of the"
    " Windows client.",
    remedy="Check that the table prefix names the CRM's own tables, and that the database user may read them.",
)
SERVICE_CONFIG_AWAY: Final = ErrorCode(
    code="service-config-away",
    kind=InstallationError,
    meaning="The folder of the Service does not answer, so that its configuration may still keep the users out."
    " Nothing was noted as undone.",
    remedy="Connect the share or drive again, then thaw again. Where the Service was removed for good, make that"
    " folder with any file in it first: thaw then tells that the file is gone, and is done.",
)
SERVICE_CONFIG_CHANGED: Final = ErrorCode(
    code="service-config-changed",
    kind=InstallationError,
    meaning="A configuration file of the Service was changed by someone else at the very moment of writing; nothing"
    " was written to it.",
    remedy="Leave the file alone for a minute and run the same command again.",
)
SERVICE_CONFIG_ENCODING: Final = ErrorCode(
    code="service-config-encoding",
    kind=InstallationError,
    meaning="A configuration file of the Service is written in UTF-16, so the Service cannot be frozen by adding a"
    " line.",
    remedy="Save the file as plain text or UTF-8, or freeze the Service by hand and leave its base folder out.",
)
SERVICE_CONFIG_MISSING: Final = ErrorCode(
    code="service-config-missing",
    kind=InstallationError,
    meaning="The base folder of the Service has none of its configuration files, so the Service cannot be frozen.",
    remedy="Correct the base folder of the Service in the answers, or leave it out if there is no Service.",
)
SERVICE_CONFIG_NOT_WRITABLE: Final = ErrorCode(
    code="service-config-not-writable",
    kind=InstallationError,
    meaning="A configuration file of the Service cannot be written.",
    remedy="Run the tool as a user who may write to the folder of the Service, and close the file in other programs.",
)

ERROR_CODES: Final = (
    EVENT_ID_CONTENDED,
    FREEZE_LIFTED,
    NO_LOGIN_EVENT_IMPOSSIBLE,
    SERVICE_CONFIG_AWAY,
    SERVICE_CONFIG_CHANGED,
    SERVICE_CONFIG_ENCODING,
    SERVICE_CONFIG_MISSING,
    SERVICE_CONFIG_NOT_WRITABLE,
)
