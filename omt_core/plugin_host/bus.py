"""The typed door to the plugins: one method per hook, each with the hook's failure policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from omt_core.api import calls
from omt_core.api.database import SourceDatabase
from omt_core.api.findings import Finding
from omt_core.api.installation import Licence
from omt_core.api.online import OnlineTarget
from omt_core.api.reporting import ReportSection
from omt_core.api.stages import UploadStage
from omt_core.api.users import LoginResult, OtherAddress, Photo, Proposal, User
from omt_core.plugin_host.calling import HookCaller


class HookBus:
    """Asks the plugins. Findings about plugins that failed are kept in `faults` until `take_faults`."""

    def __init__(self, caller: HookCaller) -> None:
        self._caller = caller

    def take_faults(self) -> tuple[Finding, ...]:
        """Return the findings about plugins that failed since this was asked last."""
        return self._caller.take_faults()

    # --- roles: exactly one plugin answers

    async def open_source_database(self, call: calls.OpenSourceDatabase) -> SourceDatabase:
        """Connect to the database."""
        return await self._caller.one("open_source_database", call, SourceDatabase)

    async def read_licence(self, call: calls.ReadLicence) -> Licence:
        """Read the licence identity."""
        return await self._caller.one("read_licence", call, Licence)

    async def read_users(self, call: calls.ReadUsers) -> Sequence[User]:
        """Read the users, sorted by login."""
        users: Sequence[User] = await self._caller.one("read_users", call, Sequence)
        return sorted(users, key=lambda user: user.login)

    async def read_photo(self, call: calls.ReadPhoto) -> Photo | None:
        """Read one photo."""
        return cast("Photo | None", await self._caller.one("read_photo", call, object))

    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        """Log the migrator on."""
        return await self._caller.one("authenticate", call, LoginResult)

    async def connect_online(self, call: calls.ConnectOnline) -> OnlineTarget:
        """Connect to the online side."""
        return await self._caller.one("connect_online", call, OnlineTarget)

    async def plan_recovery(self, call: calls.PlanRecovery) -> calls.RecoveryPlan:
        """Decide the mode."""
        return await self._caller.one("plan_recovery", call, calls.RecoveryPlan)

    async def transfer(self, call: calls.Transfer) -> calls.TransferSummary:
        """Move all items."""
        return await self._caller.one("transfer", call, calls.TransferSummary)

    async def estimate_transfer(self, call: calls.EstimateTransfer) -> calls.Estimate:
        """Estimate a transfer."""
        return await self._caller.one("estimate_transfer", call, calls.Estimate)

    async def render_report(self, call: calls.RenderReport) -> None:
        """Write a report."""
        await self._caller.one("render_report", call, object)

    # --- united answers

    async def discover_installations(self, call: calls.DiscoverInstallations) -> Sequence[calls.Discovery]:
        """Find installations; the best comes first."""
        found = await self._caller.every("discover_installations", call, calls.Discovery)
        return [discovery for _, discovery in sorted(found, key=lambda pair: (pair[1].precedence, pair[0]))]

    async def propose_plans(self, call: calls.ProposePlans) -> Sequence[Proposal]:
        """Return one proposal per user at most."""
        return _best(await self._caller.every("propose_plans", call, Proposal))

    async def propose_user_names(self, call: calls.ProposeUserNames) -> Sequence[Proposal]:
        """Return one proposal per user at most."""
        return _best(await self._caller.every("propose_user_names", call, Proposal))

    async def list_removed_addresses(self, call: calls.ListRemovedAddresses) -> Sequence[OtherAddress]:
        """Return the e-mail rows that go online, sorted by row."""
        found = await self._caller.every("list_removed_addresses", call, OtherAddress)
        return [row for _, row in sorted({row.email_id: (row.email_id, row) for _, row in found}.values())]

    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        """Return all stages in the order of the screen. Raises `PluginError` for two of the same name."""
        found = await self._caller.every("contribute_upload_stages", call, UploadStage)
        owners: dict[str, str] = {}
        for plugin, stage in found:
            other = owners.setdefault(stage.name, plugin)
            if other != plugin:
                raise self._caller.fault(
                    plugin,
                    "contribute_upload_stages",
                    f"its stage {stage.name!r} has the name of one that {other!r} brings",
                )
        return sorted((stage for _, stage in found), key=lambda stage: (stage.order, stage.name))

    async def add_report_sections(self, call: calls.AddReportSections) -> Sequence[ReportSection]:
        """Return what plugins add to the report, in its order."""
        found = await self._caller.every("add_report_sections", call, ReportSection)
        return sorted((section for _, section in found), key=lambda section: (section.order, section.title))

    # --- checks, by all plugins that have some or by `only` one of them

    async def validate_installation(
        self, call: calls.ValidateInstallation, only: str | None = None
    ) -> Sequence[Finding]:
        """Check the installation."""
        return await self._caller.findings("validate_installation", call, only=only)

    async def validate_users(self, call: calls.ValidateUsers, only: str | None = None) -> Sequence[Finding]:
        """Check the users."""
        return await self._caller.findings("validate_users", call, only=only)

    async def validate_plans(self, call: calls.ValidatePlans, only: str | None = None) -> Sequence[Finding]:
        """Check the plans."""
        return await self._caller.findings("validate_plans", call, only=only)

    async def validate_user_names(self, call: calls.ValidateUserNames, only: str | None = None) -> Sequence[Finding]:
        """Check the user names."""
        return await self._caller.findings("validate_user_names", call, only=only)

    async def validate_documents(self, call: calls.ValidateDocuments, only: str | None = None) -> Sequence[Finding]:
        """Check the files."""
        return await self._caller.findings("validate_documents", call, only=only)

    async def validate_migration(self, call: calls.ValidateMigration, only: str | None = None) -> Sequence[Finding]:
        """Check the partners' own subjects."""
        return await self._caller.findings("validate_migration", call, only=only)

    async def thaw(self, call: calls.Thaw, plugin: str) -> Sequence[Finding]:
        """Have one plugin undo its freeze."""
        return await self._caller.findings("thaw", call, only=plugin)

    # --- no answer

    async def freeze(self, call: calls.Freeze, plugin: str) -> None:
        """Have one plugin freeze what it knows of."""
        await self._caller.every("freeze", call, only=plugin)

    async def before_phase(self, call: calls.AroundPhase) -> None:
        """Tell that a phase begins."""
        await self._caller.every("before_phase", call)

    async def after_phase(self, call: calls.AroundPhase) -> None:
        """Tell that a phase ended."""
        await self._caller.every("after_phase", call)

    async def observe(self, call: calls.Observe) -> None:
        """Tell of an event; an observer that raised before is left out."""
        await self._caller.observe("observe", call)

    def implementers(self, hook: str) -> tuple[str, ...]:
        """Return the names of the plugins that implement a hook, sorted."""
        return self._caller.implementers(hook)


def _best(found: Sequence[tuple[str, Proposal]]) -> Sequence[Proposal]:
    chosen: dict[str, Proposal] = {}
    for _, proposal in sorted(found, key=lambda pair: (pair[1].order, pair[0])):
        chosen.setdefault(proposal.login, proposal)
    return [chosen[login] for login in sorted(chosen)]
