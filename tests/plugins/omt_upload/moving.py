"""What a transfer needs around it, and stages over plain folders."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from typing_extensions import override

from omt_core.api.calls import Transfer
from omt_core.api.context import RateLimiter, RunContext, StopSignal
from omt_core.api.events import Event
from omt_core.api.items import Item
from omt_core.api.online import OnlineMigration
from omt_core.api.stages import UploadStage
from omt_core.journal import Journal
from omt_core.testing.property.simulation import Stop
from omt_upload.settings import UploadSettings

SETTINGS = UploadSettings(parallel_uploads=2, readers=2)


class Unlimited(RateLimiter):
    def __init__(self) -> None:
        self.admitted = 0

    @override
    async def acquire(self, size: int) -> None:
        self.admitted += size


class Watcher(RunContext):
    def __init__(self, workspace: Path | None) -> None:
        self._workspace = workspace
        self.events: list[Event] = []

    @property
    @override
    def workspace(self) -> Path | None:
        return self._workspace

    @override
    def emit(self, event: Event) -> None:
        self.events.append(event)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def folder_items(stage: str, folder: Path) -> list[Item]:
    return [
        Item(
            stage=stage,
            key=str(path.relative_to(folder)),
            name=str(path.relative_to(folder)),
            path=path,
            size=path.stat().st_size,
            mtime_ns=path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def stage_of(
    name: str,
    items: Iterable[Item],
    *,
    batch: int = 3,
    kind: Literal["files", "database"] = "files",
    removes_sources: bool = False,
) -> UploadStage:
    told = list(items)

    async def tell() -> AsyncIterator[Sequence[Item]]:
        for begin in range(0, len(told), batch):
            yield told[begin : begin + batch]

    return UploadStage(
        name=name,
        title=name.title(),
        order=1,
        plugin="tests",
        items=tell,
        kind=kind,
        removes_sources=removes_sources,
    )


def transfer_call(
    journal: Journal,
    migration: OnlineMigration,
    workspace: Path,
    *stages: UploadStage,
    snapshot: str = "s1",
    stop: StopSignal | None = None,
    rate: RateLimiter | None = None,
    run: RunContext | None = None,
    baseline_only: bool = False,
    commit: bool = True,
) -> Transfer:
    return Transfer(
        stages=stages,
        snapshot=snapshot,
        migration=migration,
        journal=journal,
        notes=journal.notes.of("transfer"),
        workspace=workspace,
        rate=rate or Unlimited(),
        stop=stop or Stop(),
        run=run or Watcher(workspace),
        baseline_only=baseline_only,
        commit=commit,
    )


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
