"""Power losses: record what real processes write and fsync, and go through every state that a disk may have after.

recorded = record([...command...], watched=[folder], output=tmp_path / "strace")
for survivor in survivors(recorded.record, seed=1):
survivor.tree.write({str(folder): tmp_path / "state"})
... open it with the real code; what was promised before `survivor.position` must be there ...
"""

from tests.power_loss.disk import Disk
from tests.power_loss.operations import (
    Change,
    Entry,
    Operation,
    Receiving,
    Record,
    Renaming,
    Resizing,
    Sending,
    Synced,
    Syncing,
    Writing,
)
from tests.power_loss.recording import Recorded, record
from tests.power_loss.sectors import Loss
from tests.power_loss.strace import RecordError, StraceUnusableError, require_strace
from tests.power_loss.survivors import Survivor, survivor_at, survivors
from tests.power_loss.tree import Content, Tree

__all__ = [
    "Change",
    "Content",
    "Disk",
    "Entry",
    "Loss",
    "Operation",
    "Receiving",
    "Record",
    "RecordError",
    "Recorded",
    "Renaming",
    "Resizing",
    "Sending",
    "StraceUnusableError",
    "Survivor",
    "Synced",
    "Syncing",
    "Tree",
    "Writing",
    "record",
    "require_strace",
    "survivor_at",
    "survivors",
]
