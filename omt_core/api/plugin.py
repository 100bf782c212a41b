"""The class that every plugin derives from: all hooks, what they receive, what they answer, and when they stop a run.

A plugin overrides the hooks that it wants, marking each with `@hookimpl`. All hooks but the three that only register
are coroutines, take one `call` (`omt_core.api.calls`) and have one return type. They are called one plugin after
another; concurrency lives inside a plugin. The order of plugins means nothing: answers are united and sorted, and where
exactly one plugin may answer (a *role*) the settings name it.

The mark on each hook says who answers it, what happens when a plugin fails in it (*fatal*, the run stops and the error
names the plugin; *isolated*, the run goes on with a finding of severity error that names the plugin), and whether
`core.hook_timeout` limits its time. All else is derived from it: a new hook is a method here and its record in `calls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import pluggy
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import override

from omt_core.api import calls
from omt_core.api.commands import Command
from omt_core.api.database import SourceDatabase
from omt_core.api.descriptions import describe
from omt_core.api.errors import ErrorCode, OmtError
from omt_core.api.files.near import NearReader
from omt_core.api.findings import Finding, FindingCode
from omt_core.api.hook import PROJECT, Hook, Policy, Role, hook, hooks_in
from omt_core.api.installation import Licence
from omt_core.api.machine import MachineCheck
from omt_core.api.online import OnlineTarget
from omt_core.api.reporting import ReportSection
from omt_core.api.stages import UploadStage
from omt_core.api.users import LoginResult, OtherAddress, Photo, Proposal, User

hookimpl = pluggy.HookimplMarker(PROJECT)


class PluginSettings(BaseModel):
    """The base of a plugin's settings: its own section of the settings file, named like the plugin.

    A setting is described by `Field(description=...)` or by the text below it; the reference is made from that. What
    a validator says must not repeat the value, which may be a secret in the wrong place.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    formerly: ClassVar[tuple[str, str] | None] = None
    """Where these settings stood in an earlier version, as section and key; from there they are still read."""

    @classmethod
    def described(cls) -> Mapping[str, FieldInfo]:
        """Return the fields with their descriptions: those that are texts below them are read now."""
        describe(cls)
        return cls.__pydantic_fields__

    @classmethod
    @override
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        told = super().__get_pydantic_json_schema__(schema, handler)
        properties = handler.resolve_ref_schema(told).get("properties", {})
        for name, field in cls.described().items():
            if field.description is not None and name in properties:
                properties[name].setdefault("description", field.description)
        return told


class Plugin:
    """The base of all plugins.

    `settings_model` describes the plugin's section of the settings; an instance of it is what the constructor gets.
    The plugin's name is that of its entry point.
    """

    settings_model: ClassVar[type[PluginSettings]] = PluginSettings

    def __init__(self, settings: PluginSettings) -> None:
        """Keep the settings; a plugin with a settings model of its own overrides this with that model's type."""
        del settings

    # --- registration: called once, when the program starts; must be quick and touch nothing outside

    @hook(policy=Policy.FATAL)
    def add_commands(self) -> Sequence[Command]:
        """Add commands to the command line.

        Default: none. A name that another plugin or the core has already is rejected with both names.
        """
        return ()

    @hook(policy=Policy.FATAL)
    def add_finding_codes(self) -> Sequence[FindingCode]:
        """Name the codes of all findings that this plugin can report.

        Default: none. A finding with a code that is not here is reported as a fault of the plugin. A code that another
        plugin has already is rejected with both names.
        """
        return ()

    @hook(policy=Policy.FATAL)
    def add_error_codes(self) -> Sequence[ErrorCode[OmtError]]:
        """Name the codes of all errors that this plugin can raise, those of libraries that it uses among them.

        Default: none. An error with a code that nobody named is told as it is, and the log says whose it was. Plugins
        may share a code; a code that stands for something else already is rejected with both names.
        """
        return ()

    # --- the machine and the installation

    @hook(policy=Policy.ISOLATED)
    async def examine_machine(self, call: calls.ExamineMachine) -> Sequence[MachineCheck]:
        """Say how this machine stands for a night, as lines of `omt doctor` and of the wizard's first page.

        Default: none. The lines of all plugins are shown, those that need care first. Plugins are asked at the same
        time, and each has half a minute at most; `looked_at` bounds a look that may block. What a plugin says that
        cannot be looked at is a line too, with the reason.
        """
        return ()

    @hook(policy=Policy.ISOLATED)
    async def discover_installations(self, call: calls.DiscoverInstallations) -> Sequence[calls.Discovery]:
        """Find installations and say what was found where (W16, W17).

        Default: none. The answers of all plugins are united; the lowest precedence that needs nothing more is used.
        """
        return ()

    @hook(policy=Policy.FATAL, role=Role.DATABASE)
    async def open_source_database(self, call: calls.OpenSourceDatabase) -> SourceDatabase:
        """Connect to the database of the installation and read its catalogue.

        Raises `InstallationError` when it cannot be reached or read.
        """
        raise NotImplementedError

    @hook(policy=Policy.FATAL, role=Role.DATABASE)
    async def read_licence(self, call: calls.ReadLicence) -> Licence:
        """Read the licence identity and the version of the product (W19).

        Raises `InstallationError` when the database has none.
        """
        raise NotImplementedError

    @hook(policy=Policy.FATAL, role=Role.AUTHENTICATION)
    async def authenticate(self, call: calls.Authenticate) -> LoginResult:
        """Log the migrator on and tell whether they are an administrator (W18-W22).

        A refused login is a result, not an error.
        """
        raise NotImplementedError

    # --- users, plans and user names

    @hook(policy=Policy.FATAL, role=Role.DATABASE)
    async def read_users(self, call: calls.ReadUsers) -> Sequence[User]:
        """Read all internal users, sorted by login, in a fixed number of queries."""
        raise NotImplementedError

    @hook(policy=Policy.FATAL, role=Role.DATABASE)
    async def read_photo(self, call: calls.ReadPhoto) -> Photo | None:
        """Read one photo, or None when it is not there."""
        raise NotImplementedError

    @hook(policy=Policy.ISOLATED)
    async def propose_plans(self, call: calls.ProposePlans) -> Sequence[Proposal]:
        """Propose a plan for each user (W58).

        Default: none. Of several proposals for a user the lowest `order` wins, ties by plugin name. The migrator's own
        assignment wins over all.
        """
        return ()

    @hook(policy=Policy.ISOLATED)
    async def propose_user_names(self, call: calls.ProposeUserNames) -> Sequence[Proposal]:
        """Propose a user name for each user with a plan (W62). Two users may get the same: that is then an error.

        Default: none. Of several proposals for a user the lowest `order` wins, ties by plugin name. The migrator's own
        choice wins over all.
        """
        return ()

    @hook(policy=Policy.FATAL, timed=False)
    async def list_removed_addresses(self, call: calls.ListRemovedAddresses) -> Sequence[OtherAddress]:
        """List the e-mail rows of other persons that are removed online because they equal a user name.

        Default: none. United over plugins. A failure stops the run, since the answer changes what is done online.
        """
        return ()

    # --- validation: findings of severity error stop a migration before anything is changed, unless they are waived

    @hook(policy=Policy.ISOLATED)
    async def validate_installation(self, call: calls.ValidateInstallation) -> Sequence[Finding]:
        """Check the installation as a whole. Default: nothing found.

        Asked again in the snapshot that goes online (`in_snapshot`), before anything is sent.
        """
        return ()

    @hook(policy=Policy.ISOLATED)
    async def validate_users(self, call: calls.ValidateUsers) -> Sequence[Finding]:
        """Check the users as they are on site. Default: nothing found.

        Asked again in the snapshot that goes online, before anything is sent.
        """
        return ()

    @hook(policy=Policy.ISOLATED)
    async def validate_plans(self, call: calls.ValidatePlans) -> Sequence[Finding]:
        """Check who has which plan (W53-W55). Default: nothing found.

        Asked again in the snapshot that goes online, before anything is sent.
        """
        return ()

    @hook(policy=Policy.ISOLATED)
    async def validate_user_names(self, call: calls.ValidateUserNames) -> Sequence[Finding]:
        """Check the user names (W59-W68). Default: nothing found.

        Asked again in the snapshot that goes online, before anything is sent.
        """
        return ()

    @hook(policy=Policy.ISOLATED, timed=False)
    async def validate_documents(self, call: calls.ValidateDocuments) -> Sequence[Finding]:
        """Check archive and Service folders against the database. Default: nothing found."""
        return ()

    @hook(policy=Policy.ISOLATED)
    async def validate_migration(self, call: calls.ValidateMigration) -> Sequence[Finding]:
        """Check a subject of the plugin's own. Default: nothing found.

        Asked again in the snapshot that goes online (`in_snapshot`), before anything is sent.
        """
        return ()

    # --- upload

    @hook(policy=Policy.FATAL, role=Role.ONLINE)
    async def connect_online(self, call: calls.ConnectOnline) -> OnlineTarget:
        """Connect to the online side.

        Raises `OnlineError` when it cannot be reached, `InputError` when the settings are not
        enough, `OnlineNotNamedError` when they name no online side at all.
        """
        raise NotImplementedError

    @hook(policy=Policy.FATAL, role=Role.RECOVERY)
    async def plan_recovery(self, call: calls.PlanRecovery) -> calls.RecoveryPlan:
        """Decide between a first upload and recovery, and which choices recovery has (W83-W91).

        Raises `InstallationError` for a changed licence identity (W71) and `OnlineRefusedError` for an
        accepted migration (W37, W90).
        """
        raise NotImplementedError

    @hook(policy=Policy.FATAL, timed=False)
    async def open_near_readers(self, call: calls.OpenNearReaders) -> Sequence[NearReader]:
        """Bring those who read what lies on site from near it: of several the first that knows a folder reads it.

        Asked for the check of documents, for each inventory, and for `omt verify --archive`.

        Default: none, and this machine reads all itself. It does so too where a reader does not answer, so that a
        plugin that can reach none says why in a `Notice` and brings none. Whoever asks closes them.
        """
        return ()

    @hook(policy=Policy.FATAL)
    async def contribute_upload_stages(self, call: calls.ContributeUploadStages) -> Sequence[UploadStage]:
        """Bring stages: rows of the upload table with the items they move (W73).

        Default: none. A stage name that another plugin has already is rejected with both names. A failure
        stops the run, since a stage that is not there would be left behind silently.
        """
        return ()

    @hook(policy=Policy.FATAL, role=Role.TRANSFER, timed=False)
    async def transfer(self, call: calls.Transfer) -> calls.TransferSummary:
        """Move all items of all stages and commit each stage.

        Any crash followed by another call must end in the same state.
        """
        raise NotImplementedError

    @hook(policy=Policy.FATAL, role=Role.TRANSFER, timed=False)
    async def estimate_transfer(self, call: calls.EstimateTransfer) -> calls.Estimate:
        """Say how long a transfer may take."""
        raise NotImplementedError

    @hook(policy=Policy.FATAL, timed=False)
    async def freeze(self, call: calls.Freeze) -> None:
        """Keep users out of the on-site installation (W70). Must note its intent before, its outcome after.

        Default: nothing. When a plugin fails, what was frozen is thawed again. A plugin that freezes must also `thaw`.
        """

    @hook(policy=Policy.FATAL, timed=False)
    async def confirm_freeze(self, call: calls.ConfirmFreeze) -> None:
        """Raise `FreezeLiftedError` where users are no longer kept out as they were by `freeze`.

        Asked once everything is sent and before the import is asked for: what users have entered meanwhile would not be
        online. The run then ends after it has frozen again, and the next one reads the database anew.

        Default: nothing.
        """

    @hook(policy=Policy.ISOLATED, timed=False)
    async def thaw(self, call: calls.Thaw) -> Sequence[Finding]:
        """Undo this migration's freeze, as far as it went, and report what was left as it is.

        Default: nothing. Every plugin gets its turn, whatever happens to another, also to the world outside.
        """
        return ()

    @hook(policy=Policy.ISOLATED, timed=False)
    async def compare_receipts(self, call: calls.CompareReceipts) -> Sequence[calls.ReceiptComparison]:
        """Say whether two receipts hold, and in what the migrations differ that they are of (`omt compare`).

        Default: none. A plugin answers where it knows the format of both; of several answers the first counts. What
        was signed is compared, tables and files; what was decided the tool compares itself.

        Raises `InputError` where a receipt or its manifest cannot be read.
        """
        return ()

    # --- around

    @hook(policy=Policy.ISOLATED)
    async def before_phase(self, call: calls.AroundPhase) -> None:
        """Learn that a phase begins. Default: nothing."""

    @hook(policy=Policy.ISOLATED)
    async def after_phase(self, call: calls.AroundPhase) -> None:
        """Learn that a phase ended well. Default: nothing."""

    @hook(policy=Policy.ISOLATED)
    async def observe(self, call: calls.Observe) -> None:
        """Learn of an event. Default: nothing. An observer that raises is not asked again in this run."""

    @hook(policy=Policy.ISOLATED)
    async def add_report_sections(self, call: calls.AddReportSections) -> Sequence[ReportSection]:
        """Add tables to the report. Default: none."""
        return ()

    @hook(policy=Policy.FATAL, role=Role.REPORT, timed=False)
    async def render_report(self, call: calls.RenderReport) -> None:
        """Write the report to the path in the call, whole or not at all."""
        raise NotImplementedError


HOOKS: Final[Mapping[str, Hook]] = hooks_in(Plugin)
"""All hooks by name, in the order of the class: what host, command line, reference and conformance suite go by."""
