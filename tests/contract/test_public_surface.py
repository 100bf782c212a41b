"""The public surface grows on purpose only."""

from __future__ import annotations

import ast
import inspect
import typing

import omt_core.api
from omt_core.api import Plugin, calls
from tests.contract.checkout import ROOT, python_files, shown

PUBLIC = {
    "__version__", "BodyRefusedError", "Administrator", "Baseline", "BundleMember", "calls", "decode_text",
    "byte_rate", "byte_size", "calendar_day", "duration", "listing", "local_time", "quantity", "leads_out", "drives",
    "files", "CheckAsked", "ChoiceNeededError", "Chunk", "Column", "Command",
    "CommandContext", "CompletedMigration", "CompletionProgress", "CompletionRequest", "Confirmations", "Contact",
    "ContentRef", "SettledItem",
    "CreatedUpload", "DatabaseLocation", "Decisions", "Differences", "EarlierMigration", "EstimateRecord", "Event",
    "EventSink", "Evidence", "ExitCode", "Finding", "FindingCode", "FindingRaised", "FindingsError",
    "FolderAwayError", "FOLDER_PREFIX", "FoundFiles", "FreezeLiftedError", "HookCalled", "hookimpl", "InputError",
    "Installation", "InstallationError",
    "InterruptedRunError", "InventoryState", "Item", "ItemDigest", "ItemId", "ItemRecord", "ItemState", "KnownFile",
    "Licence", "LoginOutcome", "LoginResult", "ManifestEntry", "ManualAnswers", "MigrationKind", "MigrationMode",
    "MigrationRecord", "Notice", "Notifications", "OmtError", "one_line", "spreadsheet_cell", "OnlineError",
    "OnlineMigration", "OnlineNotNamedError", "OnlineRefusedError", "OnlineSilent", "OnlineTarget",
    "OnlineUnavailableError", "OtherAddress", "Outcome", "PhaseFinished", "PhaseStarted", "PhaseTiming",
    "Photo", "Plugin", "PluginError",
    "PluginNotes", "PluginSettings", "Proposal", "RateLimiter", "Reconnecting", "RecoveryChoice", "ReportSection",
    "Row",
    "RunContext", "RunSummary", "SECRETS", "ServiceFolders", "Severity", "SnapshotLostError", "SourceDatabase",
    "StageChanged", "StageManifest", "StageProgress", "StageState", "StageTotals", "StopSignal", "SUBJECTS_SHOWN",
    "Table", "TablePart", "TenantState", "TenantStatus", "TransferItems", "TransferJournal", "TransferLimits",
    "TransferUploads", "UploadLostError", "UploadMismatchError", "UploadRecord", "UploadRequest", "UploadStage",
    "User", "UserAssignment", "UserPlan", "Value", "ValueLimit", "Backpressure", "KnownMissing", "PartHints", "Waiver",
    "FileStatus", "FolderEntry", "FolderListings", "FolderLook", "KnownContent", "NearReader",
    "SenderPass", "SenderPasses", "MachinesProgress", "SendingMachine", "SendingState",
    "RunEnded", "StartPlanned", "SecretReference", "TENANT_KEY_FILE", "pinned_key", "CommandSite", "STAGE_ROOTS_FILE",
    "MachineCheck", "MachineState", "looked_at", "may_write", "Sentence", "sentence", "plural", "joined", "Language",
    "changed", "command_line", "parts_of", "sentence_of",
    "translated", "ErrorCode", "folder_away", "DATABASE_TABLE_MISSING", "ONLINE_NOT_NAMED", "WORKSPACE_NOT_WRITABLE",
    "USAGE",
    "Expected", "MissingFiles", "RunningDigests", "KnownFolder", "KnownFolders",
}  # fmt: skip
"""A name that is taken away or renamed breaks plugins that we do not know of: that is a new major version."""


def test_the_public_names_are_these_and_no_others() -> None:
    assert set(omt_core.api.__all__) == PUBLIC
    assert len(omt_core.api.__all__) == len(PUBLIC)


def test_every_public_name_is_documented() -> None:
    for name in omt_core.api.__all__:
        value = getattr(omt_core.api, name)
        if inspect.isclass(value):
            assert value.__doc__, name
            assert not value.__doc__.startswith(f"{name}("), f"{name} has the docstring that dataclass makes"


def test_whatever_a_hook_names_is_public() -> None:
    named: set[str] = set()
    for hook in vars(Plugin).values():
        if inspect.isfunction(hook) and not hook.__name__.startswith("_"):
            named |= _names(inspect.signature(hook).return_annotation)
    for record in vars(calls).values():
        if inspect.isclass(record) and record.__module__ == calls.__name__:
            for annotation in inspect.get_annotations(record).values():
                named |= _names(annotation)
    known = {*omt_core.api.__all__, *vars(calls), *vars(typing), "Sequence", "Mapping", "Path", "SecretStr", "datetime"}
    assert {name for name in named if name not in known and name not in __builtins__} == set()


def test_plugins_contrib_and_the_tutorial_use_the_public_surface_only() -> None:
    allowed = {"omt_core.api", "omt_core.api.calls", "omt_core.api.files", "omt_core.api.plain", "omt_core.http"}
    for file in python_files("plugins", "contrib"):
        tests = "tests" in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("omt_core"):
                module = str(node.module)
                assert module in allowed or (tests and module.startswith("omt_core.testing")), (
                    f"{shown(file)}: {module}"
                )
    tutorial = (ROOT / "docs/tutorial/first-plugin.md").read_text(encoding="utf-8")
    used = {line.split()[1] for line in tutorial.splitlines() if line.startswith("from omt_core")}
    assert all(module in allowed or module.startswith("omt_core.testing") for module in used)


def _names(annotation: object) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(str(annotation), mode="eval")) if isinstance(node, ast.Name)}
