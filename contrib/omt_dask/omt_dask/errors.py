"""What can be wrong with a fleet, its settings and its workers."""

from __future__ import annotations

from typing import Final

from omt_core.api import ErrorCode, InputError, InstallationError

DASK_CERTIFICATES_MISSING: Final = ErrorCode(
    code="dask-certificates-missing",
    kind=InputError,
    meaning="The scheduler is reached by TLS, and the settings name no certificates for that.",
    remedy="Set dask.ca_file, dask.cert_file and dask.key_file to files in PEM.",
)
DASK_CERTIFICATES_UNREADABLE: Final = ErrorCode(
    code="dask-certificates-unreadable",
    kind=InputError,
    meaning="A certificate or key for the scheduler cannot be read.",
    remedy="Set dask.ca_file, dask.cert_file and dask.key_file to files in PEM.",
)
DASK_HOME_EMPTY: Final = ErrorCode(
    code="dask-home-empty",
    kind=InputError,
    meaning="No worker has the resource that a home of archive roots is named by.",
    remedy="Start workers that have this resource, or take the home out of dask.homes.",
)
DASK_NO_SENDERS: Final = ErrorCode(
    code="dask-no-senders",
    kind=InputError,
    meaning="The online side lets nobody but the tool itself send.",
    remedy="Take the setting core.roles.transfer out: then the tool sends alone.",
)
DASK_NOT_ENCRYPTED: Final = ErrorCode(
    code="dask-not-encrypted",
    kind=InputError,
    meaning="The scheduler's address is not one of TLS: names of files and the token would go in plain.",
    remedy="Set dask.scheduler to an address that begins with tls://; plain tcp:// is for this machine only.",
)
DASK_ROOT_NOT_SEEN: Final = ErrorCode(
    code="dask-root-not-seen",
    kind=InstallationError,
    meaning="A worker cannot see an archive root that it is a home of.",
    remedy="Mount the folder there, give the worker's account the right to read it, or mend its name in dask.homes.",
)
DASK_SCHEDULER_LOST: Final = ErrorCode(
    code="dask-scheduler-lost",
    kind=InstallationError,
    meaning="Dask's scheduler does not answer, or not any more.",
    remedy="Start it, with its workers, then run the same command again: it goes on from what was confirmed.",
)
DASK_WORKERS_DIED: Final = ErrorCode(
    code="dask-workers-died",
    kind=InstallationError,
    meaning="Workers died, one behind another, while they had the same batch of files.",
    remedy="Look at their logs and their memory, then run the same command again: it goes on from what was confirmed.",
)
DASK_WORKERS_GONE: Final = ErrorCode(
    code="dask-workers-gone",
    kind=InstallationError,
    meaning="The workers of a home ended while files waited for them, and none came back in time.",
    remedy="Start them, then run the same command again: it goes on from what was confirmed.",
)

ERROR_CODES: Final = (
    DASK_CERTIFICATES_MISSING,
    DASK_CERTIFICATES_UNREADABLE,
    DASK_HOME_EMPTY,
    DASK_NO_SENDERS,
    DASK_NOT_ENCRYPTED,
    DASK_ROOT_NOT_SEEN,
    DASK_SCHEDULER_LOST,
    DASK_WORKERS_DIED,
    DASK_WORKERS_GONE,
)
