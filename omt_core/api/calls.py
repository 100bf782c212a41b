"""One frozen record per hook: all that a plugin receives. Hooks evolve by fields with defaults, never otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from omt_core.api.context import MissingFiles, PluginNotes, RateLimiter, RunContext, StopSignal
from omt_core.api.database import SourceDatabase
from omt_core.api.decisions import Decisions, MigrationKind, MigrationMode, RecoveryChoice
from omt_core.api.events import Event
from omt_core.api.files.near import NearReader
from omt_core.api.findings import Finding
from omt_core.api.installation import Installation, Licence, ManualAnswers
from omt_core.api.journal import TransferJournal
from omt_core.api.online import OnlineMigration, OnlineTarget, TenantStatus
from omt_core.api.reporting import EstimateRecord, MigrationRecord, ReportSection
from omt_core.api.stages import UploadStage
from omt_core.api.users import OtherAddress, User, UserPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverInstallations:
    """Look for installations on this machine, or below `answers.root`; whatever `answers` sets wins (W16, W17)."""

    answers: ManualAnswers
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """An installation that was found. `needs` names what it still lacks, as dotted keys of the answers file.

    The lowest `precedence` without needs is used: 0 answers, 10 Windows client, 20 server, 30 web, 40 by hand.
    """

    installation: Installation
    precedence: int
    needs: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamineMachine:
    """Look at what a night needs of this machine: change nothing, log on nowhere, be done within seconds.

    `installation` is None where none is known. `workspace` is the folder where the migration is or will be, which need
    not be there yet. `estimate` is the one that `omt estimate` kept last. `roles` maps each role to the plugin that
    holds it: one that could hold a role and does not has nothing to say about it.
    """

    installation: Installation | None
    workspace: Path
    kind: MigrationKind
    roles: Mapping[str, str]
    run: RunContext
    estimate: EstimateRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSourceDatabase:
    """Connect to the database of an installation and read its catalogue."""

    installation: Installation
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLicence:
    """Read owner, serial number and product version."""

    database: SourceDatabase
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Log the migrator on as a local administrator of the CRM (W18-W22)."""

    installation: Installation
    database: SourceDatabase
    user: str
    password: SecretStr
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUsers:
    """Read the users who may get a plan."""

    database: SourceDatabase
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPhoto:
    """Read one user's photo by the key in `User.photo`."""

    database: SourceDatabase
    photo: int
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePlans:
    """Propose a plan for each user from those that exist online (W58). `default`: `match`, `none` or a plan's name.

    `assigned` maps the logins that the migrator has decided about to their plan, an empty text for none: they need no
    proposal, and take their seats.
    """

    users: Sequence[User]
    catalogue: Sequence[UserPlan]
    default: str
    run: RunContext
    assigned: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeUserNames:
    """Propose a user name for each user who has a plan (W62)."""

    users: Sequence[User]
    plans: Mapping[str, str]
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateInstallation:
    """Check the installation as a whole: version, satellites, travellers, model, paths, and what the tenant takes.

    `online` is None when no tenant is to be asked. With `files_only` no table is moved: how rows would arrive need not
    be asked, which takes reading all of them. `in_snapshot`: asked again, in the snapshot that goes online, while
    users wait: what takes long, since all rows or files are read for it, need not be looked at again, nor folders and
    machines, which the upload waits for where they are away.
    """

    installation: Installation
    database: SourceDatabase
    licence: Licence
    run: RunContext
    online: OnlineTarget | None = None
    files_only: bool = False
    in_snapshot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateUsers:
    """Check the users as they are on site."""

    database: SourceDatabase
    users: Sequence[User]
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatePlans:
    """Check the assignment of plans. `plans` maps login to plan; `catalogue` is None when no tenant was asked."""

    users: Sequence[User]
    plans: Mapping[str, str]
    catalogue: Sequence[UserPlan] | None
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateUserNames:
    """Check the user names. `user_names` maps login to user name; `online` is None when no tenant is to be asked."""

    users: Sequence[User]
    plans: Mapping[str, str]
    user_names: Mapping[str, str]
    removed_addresses: Sequence[OtherAddress]
    online: OnlineTarget | None
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateDocuments:
    """Check the archive and the Service folders against the database, both ways.

    `missing`, where it is there, takes every file that is found missing, so that a person can look for it. `near` may
    read what lies in folders until this is answered.
    """

    installation: Installation
    database: SourceDatabase
    run: RunContext
    missing: MissingFiles | None = None
    near: Sequence[NearReader] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateMigration:
    """Check anything else: the place for a partner's own subject. `in_snapshot` is as in `ValidateInstallation`."""

    installation: Installation
    database: SourceDatabase
    licence: Licence
    users: Sequence[User]
    decisions: Decisions
    run: RunContext
    in_snapshot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRemovedAddresses:
    """List the e-mail rows on other persons' cards that go online because they equal an assigned user name."""

    database: SourceDatabase
    users: Sequence[User]
    user_names: Mapping[str, str]
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNearReaders:
    """Reach those who read folders and files on site from where they are near."""

    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributeUploadStages:
    """Bring rows of the upload table. `database` is inside its snapshot while the stages are read.

    `workspace` is a folder private to this migration, where a stage may spool what it produces. `near` may read what
    lies in folders while the stages are told; they are closed behind that. With `files_only` no stage of kind
    `database` takes part, so that none need be made. `deleted_folders` are those, as findings named them, of which the
    migrator says that all that was in them was deleted on purpose: they are not away, as `SeenFolders` would have it.
    """

    installation: Installation
    database: SourceDatabase
    workspace: Path
    snapshot: str
    run: RunContext
    near: Sequence[NearReader] = ()
    files_only: bool = False
    deleted_folders: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Move all items of all stages, commit each stage, and journal every step.

    With `baseline_only` items that no earlier run knew are reported and left (a recovery of missing files). With
    `commit` False contents are uploaded and nothing is committed (`precopy`). `notes` are the transfer's own.
    """

    stages: Sequence[UploadStage]
    snapshot: str
    migration: OnlineMigration
    journal: TransferJournal
    notes: PluginNotes
    workspace: Path
    rate: RateLimiter
    stop: StopSignal
    run: RunContext
    baseline_only: bool = False
    commit: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFiles:
    """What an earlier run sent of a stage and is no longer on site.

    `kept` of them the database still refers to: they stay online as they were sent, `names` are the first of these.
    `forgotten` are the keys of those that neither the database nor the disk knows any more, a thousand at most: they
    are no longer online.
    """

    stage: str
    kept: int = 0
    names: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSummary:
    """What a transfer did: `failed` items were not confirmed; `stopped` when the person asked for it.

    `gone`: of each stage that was looked at whole and lacks something, what is no longer on site.
    """

    findings: tuple[Finding, ...] = ()
    failed: int = 0
    stopped: bool = False
    gone: tuple[GoneFiles, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTransfer:
    """What an earlier transfer of this migration measured; times in UTC and seconds, `limit` in bytes per second.

    `files` were sent and `skipped_files` were confirmed before; `sent_bytes` went over the line. The database was read
    while files were sent, `database_bytes` are those of its parts. `import_seconds` is None where nothing was imported.
    """

    run: int
    ended: datetime
    seconds: float
    files: int
    skipped_files: int
    sent_bytes: int
    database_bytes: int
    database_seconds: float
    limit: int | None = None
    import_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateTransfer:
    """Say how long a transfer of these stages may take: from the inventory, a short probe upload, and past transfers.

    `database_bytes` are those of the parts that an earlier run moved, 0 where none did or none will be; where none did,
    `database_source_bytes` are what the source says it stores, 0 where it does not say. `journal` is a copy, thrown
    away afterwards: an inventory that is recorded there tells what is confirmed online already, and with
    `baseline_only` a recovery leaves new files out. `limit` is the rate limit in force, in bytes per second.
    """

    stages: Sequence[UploadStage]
    migration: OnlineMigration
    workspace: Path
    database_bytes: int
    run: RunContext
    database_source_bytes: int = 0
    journal: TransferJournal | None = None
    baseline_only: bool = False
    past: tuple[PastTransfer, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A range of seconds, what it rests on, and what would change it, as lines for a person.

    `files` and `bytes` are all that there is, `files_to_send` and `bytes_to_send` what is not known to be online; in
    either bytes are `database_bytes`, what tables take on the line.
    """

    shortest: float
    longest: float
    files: int
    bytes: int
    bytes_to_send: int
    grounds: tuple[str, ...]
    levers: tuple[str, ...]
    files_to_send: int = 0
    database_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Keep users out of the on-site installation; called in live migrations only (W70)."""

    installation: Installation
    database: SourceDatabase
    notes: PluginNotes
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmFreeze:
    """Look whether this migration's freeze stands; called before a live import is asked for. Nothing may be changed."""

    installation: Installation
    database: SourceDatabase
    notes: PluginNotes
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw:
    """Undo what this migration's freeze did and nothing else, perhaps on another day, perhaps half done.

    `from_site`: the journal of the freeze is not here and the notes are empty; what is to be undone is what the site
    itself shows to be a freeze of this plugin, whichever migration made it.
    """

    installation: Installation
    database: SourceDatabase
    notes: PluginNotes
    run: RunContext
    from_site: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """What the local journal knows of earlier runs; `completed`: the tenant had verified and imported."""

    kind: MigrationKind
    completed: bool
    owner: str
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecovery:
    """Decide the mode from the journal and the tenant's answer (W83-W91). `licence` is None before the database is."""

    earlier: EarlierRun | None
    status: TenantStatus
    licence: Licence | None
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPlan:
    """The mode, and the choices that recovery has now. `rebuild_journal`: only the tenant knows the baseline."""

    mode: MigrationMode
    choices: tuple[RecoveryChoice, ...] = ()
    rebuild_journal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectOnline:
    """Connect to the tenant that the settings name."""

    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundPhase:
    """A phase is about to begin, or has ended well."""

    phase: str
    mode: MigrationMode
    decisions: Decisions
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """An event, with the time it was emitted (UTC). What an observer emits is observed in turn, by itself as well."""

    event: Event
    at: datetime
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReportSections:
    """Add to the report of a migration."""

    record: MigrationRecord
    run: RunContext


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderReport:
    """Write the report of a migration to `output`, what people read of it in a `Language`; what programs read stays."""

    record: MigrationRecord
    sections: Sequence[ReportSection]
    format: Literal["html", "csv", "json"]
    output: Path
    run: RunContext
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareReceipts:
    """Compare two receipts, each with its manifest beside it. At most `most` differences of each kind are listed."""

    before: Path
    after: Path
    run: RunContext
    most: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSide:
    """A receipt as it says itself. `faults`: why it does not hold, such as a signature; none where it does.

    `completed` is UTC in ISO 8601. `origin_proven`: it was checked with a key that came another way than with it.
    """

    owner: str
    serial: str
    tenant: str
    kind: MigrationKind
    completed: str
    origin_proven: bool
    waivers: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of the second migration from the first. `area` is what it is about: `tables`, a stage, `plans`.

    `by_time`: that people worked in between explains it, as it does a new document or a table with more rows.
    """

    area: str
    change: Literal["new", "gone", "different"]
    name: str
    before: str = ""
    after: str = ""
    by_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaComparison:
    """How an area of two migrations compares: how many are equal, and how many of the others time does not explain."""

    area: str
    equal: int = 0
    new: int = 0
    gone: int = 0
    different: int = 0
    unexplained: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptComparison:
    """What two receipts say of each other. Of other installations, or where one does not hold, nothing is compared."""

    before: ReceiptSide
    after: ReceiptSide
    areas: tuple[AreaComparison, ...] = ()
    differences: tuple[Difference, ...] = ()
