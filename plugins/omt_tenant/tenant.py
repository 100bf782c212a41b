"""All that a tenant keeps, opened together: one process at a time may serve a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from omt_core.api import sentence
from omt_core.api.files import PRIVATE_FILE, make_folder, make_private, sync_folder
from omt_tenant.errors import TENANT_LOCKED, TENANT_NOT_WRITABLE
from omt_tenant.migration.claims import Claims
from omt_tenant.migration.completion_records import CompletionStore
from omt_tenant.migration.plan_catalogue import OfferedPlan
from omt_tenant.migration.stages import StageStore
from omt_tenant.migration.taken_names import TakenNames
from omt_tenant.settings import TenantSettings
from omt_tenant.store.contents import ContentStore
from omt_tenant.store.identity import TenantIdentity, establish_identity
from omt_tenant.store.landing import Landing
from omt_tenant.store.layout import TenantLayout
from omt_tenant.store.reconciliation import reconcile
from omt_tenant.store.state_database import StateDatabase
from omt_tenant.store.tokens import Tokens
from omt_tenant.store.uploads import UploadStore


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the store takes for time: seconds since 1970, and seconds that no change of the clock disturbs.

    By default the first are counted on from the start by the second: a machine whose clock is set while it serves
    expires nothing before its time.
    """

    wall: Callable[[], float] = field(default_factory=lambda: _counted_on(time.time(), time.monotonic()))
    steady: Callable[[], float] = time.monotonic


def _counted_on(wall: float, steady: float) -> Callable[[], float]:
    return lambda: wall + time.monotonic() - steady


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open tenant folder (`omt_tenant.store.layout`). All of it blocks and may be used from any thread."""

    layout: TenantLayout
    settings: TenantSettings
    identity: TenantIdentity
    state: StateDatabase
    contents: ContentStore
    uploads: UploadStore
    landing: Landing
    claims: Claims
    stages: StageStore
    completions: CompletionStore
    taken: TakenNames
    tokens: Tokens
    lock: FileLock

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        plans: Sequence[OfferedPlan] | None = None,
        taken: Iterable[str] = (),
        settings: TenantSettings | None = None,
        clocks: Clocks | None = None,
    ) -> Self:
        """Open a folder, making it a tenant's if it is not one yet, and bring it into order after a crash.

        Raises InputError when another process serves it (`tenant-locked`), it cannot be made (`tenant-not-writable`,
        `drive-not-there`) or is damaged (`tenant-unreadable`).
        """
        settings, clocks = settings or TenantSettings(), clocks or Clocks()
        layout = TenantLayout(directory.absolute())
        _make(layout)
        with ExitStack() as undo:
            lock = _lock(layout)
            undo.callback(lock.release)
            identity = establish_identity(layout, plans)
            state = StateDatabase(layout.state)
            undo.callback(state.close)
            lost = reconcile(layout, state, member_bytes=settings.member_bytes)
            contents = ContentStore(layout, state, lost)
            uploads = UploadStore(
                layout,
                state,
                member_bytes=settings.member_bytes,
                lifetime=settings.upload_seconds,
                clock=clocks.wall,
            )
            uploads.sweep()
            taken_names = TakenNames(state)
            taken_names.add(taken)
            stages = StageStore(state, contents)
            stages.doubt_manifests()
            undo.pop_all()
        return cls(
            layout=layout,
            settings=settings,
            identity=identity,
            state=state,
            contents=contents,
            uploads=uploads,
            landing=Landing(layout, contents, uploads, settings, lost),
            claims=Claims(state, claim_seconds=settings.claim_seconds, clock=clocks.steady),
            stages=stages,
            completions=CompletionStore(layout, state),
            taken=taken_names,
            tokens=Tokens(identity.secret, lifetime=settings.token_seconds, clock=clocks.wall),
            lock=lock,
        )

    def close(self) -> None:
        """Close everything and let another process serve the folder."""
        self.state.close()
        self.lock.release()


def _make(layout: TenantLayout) -> None:
    try:
        make_folder(layout.root)
        if not any(layout.root.iterdir()):  # made by hand for a tenant; where more lies in it, others may need that
            with suppress(PermissionError):  # it is somebody else's
                make_private(layout.root)
        layout.create()
        for folder in (layout.root, layout.packs, layout.contents):
            sync_folder(folder)  # a process that was killed may have left names that are not durable
    except OSError as error:
        raise TENANT_NOT_WRITABLE.error(
            sentence(
                "The tenant's folder {root} cannot be made: {reason}.", root=layout.root, reason=error.strerror or error
            )
        ) from error


def _lock(layout: TenantLayout) -> FileLock:
    # Opened in a worker thread, closed in another: the lock belongs to the process.
    lock = FileLock(layout.lock, timeout=0, mode=PRIVATE_FILE, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise TENANT_LOCKED.error(sentence("Another process serves {root}.", root=layout.root)) from error
    return lock
