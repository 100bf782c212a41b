"""Why an installation is not simulated, or a demo does not run."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, OnlineError

DEMO_OTHER_INSTALLATION: Final = ErrorCode(
    code="demo-other-installation",
    kind=InputError,
    meaning="The workspace holds a demo that was made with other options.",
    remedy="Leave these options out to run that demo again, or give another --workspace.",
)
DEMO_TENANT_FAILED: Final = ErrorCode(
    code="demo-tenant-failed",
    kind=OnlineError,
    meaning="The demo's tenant did not start.",
    remedy="Run the tenant by hand to see why: omt tenant serve.",
)
SIMULATION_EXISTS: Final = ErrorCode(
    code="simulation-exists",
    kind=InputError,
    meaning="The directory holds a simulated installation already, and it is not overwritten.",
    remedy="Give another directory, or --overwrite to build it anew: what was changed in it since is lost then.",
)
SIMULATION_IMPOSSIBLE: Final = ErrorCode(
    code="simulation-impossible",
    kind=InputError,
    meaning="What was asked for cannot be simulated.",
    remedy="Change the options and run the command again.",
)
SIMULATION_NOT_WRITABLE: Final = ErrorCode(
    code="simulation-not-writable",
    kind=InputError,
    meaning="The simulated installation cannot be written.",
    remedy="Close the file in other programs and mend the rights, or give another directory.",
)

ERROR_CODES: Final = (
    DEMO_OTHER_INSTALLATION,
    DEMO_TENANT_FAILED,
    SIMULATION_EXISTS,
    SIMULATION_IMPOSSIBLE,
    SIMULATION_NOT_WRITABLE,
)
