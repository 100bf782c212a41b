"""What stops a migration in the engine: decisions that are missing, findings that stand, a workspace of no use."""

from __future__ import annotations

from typing import Final

from omt_core.api.errors import (
    ChoiceNeededError,
    ErrorCode,
    FindingsError,
    InputError,
    InstallationError,
    InterruptedRunError,
    OmtError,
    OnlineError,
    OnlineRefusedError,
)

AGREEMENT_NOT_ACCEPTED: Final = ErrorCode(
    code="agreement-not-accepted",
    kind=InputError,
    meaning="A migration needs the CRM Online agreement to be accepted.",
    remedy="Read the agreement, then set accept_agreement = true in the answers file.",
)
CHANGED_SINCE_CHECKED: Final = ErrorCode(
    code="changed-since-checked",
    kind=FindingsError,
    meaning="The installation was changed after the checks, and the rules refuse what the snapshot of the database"
    " holds that was to go online. Nothing of it was imported.",
    remedy="Mend on site what is named, or decide again, then run the same command again: it checks everything anew."
    " What was decided is kept.",
)
CHECKLIST_NOT_OPEN: Final = ErrorCode(
    code="checklist-not-open",
    kind=InputError,
    meaning="The checklist is not open yet.",
    remedy="Do the earlier steps first.",
)
CHECKS_INCOMPLETE: Final = ErrorCode(
    code="checks-incomplete",
    kind=InputError,
    meaning="Nothing is uploaded before all checks have been answered for what is decided now.",
    remedy="Wait until the checks are done, or run them again, then start the upload.",
)
CONTACT_MISSING: Final = ErrorCode(
    code="contact-missing",
    kind=InputError,
    meaning="A migration needs the migrator's contact details.",
    remedy="Fill the section [contact] in the answers file.",
)
END_TIME_INVALID: Final = ErrorCode(
    code="end-time-invalid",
    kind=InputError,
    meaning="The planned end is no time at which the run could stop.",
    remedy="Give a time of day or a date with a time after the start: 06:00 or 2026-12-05T06:00.",
)
FILES_NOT_CONFIRMED: Final = ErrorCode(
    code="files-not-confirmed",
    kind=OnlineError,
    meaning="Files could not be confirmed online; the findings name them.",
    remedy="Run the same command again: it goes on with what is left.",
)
FILES_UNREADABLE: Final = ErrorCode(
    code="files-unreadable",
    kind=InstallationError,
    meaning="The migration is completed, but for files that could not be read and were left behind.",
    remedy="Make them readable, then run the same command again with --recover missing.",
)
FINDINGS_STAND: Final = ErrorCode(
    code="findings-stand",
    kind=FindingsError,
    meaning="Findings of severity error stand that are not waived. Nothing was changed so far.",
    remedy="Mend what is named, or waive it by `waive` in the answers file.",
)
INSTALLATION_INCOMPLETE: Final = ErrorCode(
    code="installation-incomplete",
    kind=InstallationError,
    meaning="What is known of the installation is not enough.",
    remedy="Give these keys in the answers file; `omt discover` shows what was found where.",
)
INSTALLATION_NOT_FOUND: Final = ErrorCode(
    code="installation-not-found",
    kind=InstallationError,
    meaning="No installation was found on this machine.",
    remedy="Run this on the server or on a client of the installation, or fill [installation] in the answers file.",
)
INTERNAL: Final = ErrorCode(
    code="internal",
    kind=OmtError,
    meaning="The tool failed in a way that it does not know.",
    remedy="Start the tool again with --debug, and send the log file.",
)
INTERRUPTED: Final = ErrorCode(
    code="interrupted",
    kind=InterruptedRunError,
    meaning="The run was stopped; all that was confirmed is journalled.",
    remedy="Run the same command again to go on from there.",
)
JOURNAL_NOT_REBUILT: Final = ErrorCode(
    code="journal-not-rebuilt",
    kind=OnlineRefusedError,
    meaning="The journal is lost, and the tenant knows of no migration.",
    remedy="Begin anew in an empty workspace.",
)
LOGIN_NO_VERIFIER: Final = ErrorCode(
    code="login-no-verifier",
    kind=InstallationError,
    meaning="No way to check a password of this installation is available.",
    remedy="Give the address of NetServer's web services in auth.web_services, or choose another auth.verifier.",
)
LOGIN_NOT_ADMINISTRATOR: Final = ErrorCode(
    code="login-not-administrator",
    kind=InstallationError,
    meaning="The login is right, but this user is neither General nor User administrator.",
    remedy="Log in as a user whose role has the right admin-all or admin-users.",
)
LOGIN_RETIRED: Final = ErrorCode(
    code="login-retired",
    kind=InstallationError,
    meaning="The login is right, but this user is retired and has no rights.",
    remedy="Log in as an administrator who is not retired.",
)
LOGIN_UNKNOWN: Final = ErrorCode(
    code="login-unknown",
    kind=InputError,
    meaning="No user has a login that was named.",
    remedy="Correct the login; it stands in the column Id or login of the list of users.",
)
LOGIN_WRONG_CREDENTIALS: Final = ErrorCode(
    code="login-wrong-credentials",
    kind=InstallationError,
    meaning="The user name or the password is wrong.",
    remedy="Use the name and the password of a local administrator of the CRM on site.",
)
LIST_NOT_WRITABLE: Final = ErrorCode(
    code="list-not-writable",
    kind=InputError,
    meaning="The list of a dry run cannot be written to the file that was named.",
    remedy="Close it in other programs, a spreadsheet say, or name another file by --list.",
)
METRICS_NOT_WRITABLE: Final = ErrorCode(
    code="metrics-not-writable",
    kind=InputError,
    meaning="The metrics cannot be written to the file that was named.",
    remedy="Give a file in a folder that this account may write to by --metrics, or leave it out.",
)
NOT_CONFIRMED: Final = ErrorCode(
    code="not-confirmed",
    kind=InputError,
    meaning="The agreement and the checklist come before the upload.",
    remedy="Confirm, and review users, plans and user names first.",
)
PHASE_TOO_EARLY: Final = ErrorCode(
    code="phase-too-early",
    kind=InputError,
    meaning="A phase of the migration cannot begin before others are done.",
    remedy="Do the earlier steps first.",
)
RATE_INVALID: Final = ErrorCode(
    code="rate-invalid",
    kind=InputError,
    meaning="What was given is neither a rate nor a timetable of rates.",
    remedy='Give bytes per second such as 500K or 5M, the word off, or a timetable such as "08:00,500K 18:00,off".',
)
RECEIPTS_NOT_COMPARED: Final = ErrorCode(
    code="receipts-not-compared",
    kind=InputError,
    meaning="No plugin can compare the two receipts.",
    remedy="Give two files receipt.json as migrations left them, each with its manifest.jsonl beside it.",
)
RECEIPTS_OF_OTHERS: Final = ErrorCode(
    code="receipts-of-others",
    kind=InputError,
    meaning="The two receipts are of different installations.",
    remedy="Give two receipts of one installation.",
)
RECEIPT_NOT_GENUINE: Final = ErrorCode(
    code="receipt-not-genuine",
    kind=FindingsError,
    meaning="A receipt is not what was signed.",
    remedy="Take receipt and manifest as the migration left them; `omt verify` names all that differs.",
)
RECOVERY_CHOICE_NEEDED: Final = ErrorCode(
    code="recovery-choice-needed",
    kind=ChoiceNeededError,
    meaning="This licence was migrated before, so the tool is in recovery mode and needs to be told what to do.",
    remedy="Give one of them by --recover or by `recover` in the answers file.",
)
RECOVERY_CHOICE_NOT_POSSIBLE: Final = ErrorCode(
    code="recovery-choice-not-possible",
    kind=ChoiceNeededError,
    meaning="What was chosen for the recovery is not possible here: only a test migration may be overwritten.",
    remedy="Choose what is possible.",
)
RECOVERY_OF_OTHER_KIND: Final = ErrorCode(
    code="recovery-of-other-kind",
    kind=InputError,
    meaning="Missing files are not added: a live migration was asked for where a test is online, or the other way.",
    remedy="Overwrite the test, or set test_migration to what is online.",
)
ROOT_NOT_FOUND: Final = ErrorCode(
    code="root-not-found",
    kind=InputError,
    meaning="There is no folder where an installation should be looked for.",
    remedy="Correct --root, or `root` in the section [installation] of the answers file.",
)
START_TIME_INVALID: Final = ErrorCode(
    code="start-time-invalid",
    kind=InputError,
    meaning="The planned start is neither a time of day nor a date with a time.",
    remedy="Give it as 22:00 or 2026-12-05T22:00, in the time of this machine.",
)
START_TIME_OUT_OF_RANGE: Final = ErrorCode(
    code="start-time-out-of-range",
    kind=InputError,
    meaning="The planned start has passed, or is too far ahead.",
    remedy="Give a moment that is still to come, such as 22:00 or 2026-12-05T22:00.",
)
SUPPORT_NOT_CLEAN: Final = ErrorCode(
    code="support-not-clean",
    kind=OmtError,
    meaning="The support bundle was not made: something would be left in it that must not leave this machine.",
    remedy="This is a fault of the tool: tell its authors the code and this sentence. What they need can be read to"
    " them from `omt doctor`, `omt status` and the log.",
)
SUPPORT_NOT_WRITABLE: Final = ErrorCode(
    code="support-not-writable",
    kind=InputError,
    meaning="The support bundle cannot be written.",
    remedy="Name another file, in a folder that this account may write to.",
)
TENANT_KEY_CHANGED: Final = ErrorCode(
    code="tenant-key-changed",
    kind=OnlineRefusedError,
    meaning="The tenant's key is not the one of the first contact: this is another tenant, or somebody poses as it.",
    remedy="Ask the online side whether its key was changed. If so, delete the file of the tenant's key in the"
    " workspace; if not, do not go on.",
)
TENANT_KEY_DAMAGED: Final = ErrorCode(
    code="tenant-key-damaged",
    kind=InputError,
    meaning="The workspace's file of the tenant's key does not hold it any more.",
    remedy="Put the file back from a backup. Without one, ask the online side for its key: only if it is the same,"
    " delete the file, and the tool writes it anew.",
)
THAW_PLUGIN_MISSING: Final = ErrorCode(
    code="thaw-plugin-missing",
    kind=InputError,
    meaning="The installation is still frozen by plugins that take no part in this run.",
    remedy="Run `omt thaw` with these plugins installed and not disabled; `omt plugins` shows what is wrong with one.",
)
THAW_WHILE_IMPORTING: Final = ErrorCode(
    code="thaw-while-importing",
    kind=OnlineRefusedError,
    meaning="The tenant was asked to import this live migration, and may be at it: what users enter on site now would"
    " not be online.",
    remedy="Run the same command again: it waits for the import and tells how it ended. Users must stay out until"
    " then.",
)
USERS_LET_IN_MEANWHILE: Final = ErrorCode(
    code="users-let-in-meanwhile",
    kind=FindingsError,
    meaning="The live migration is completed, but users were let in on site after its import was asked for: what they"
    " have entered since is not online.",
    remedy="Keep users out on site, and enter online what they have entered on site since then. A live migration is not"
    " overwritten: to have all of it moved, ask the online side for an empty tenant, and migrate anew before anybody"
    " works online.",
)
WAIVER_NOT_POSSIBLE: Final = ErrorCode(
    code="waiver-not-possible",
    kind=InputError,
    meaning="A finding cannot be waived: the online side would refuse it.",
    remedy="Mend what the finding names.",
)
WAIVER_REASON_MISSING: Final = ErrorCode(
    code="waiver-reason-missing",
    kind=InputError,
    meaning="A finding is waived only with a reason, which receipt and report then say.",
    remedy="Say why it may stand, in the answers file or beside the finding.",
)
WORKSPACE_AMBIGUOUS: Final = ErrorCode(
    code="workspace-ambiguous",
    kind=ChoiceNeededError,
    meaning="There are several migrations on this machine.",
    remedy="Name one of them by --workspace.",
)
WORKSPACE_EMPTY: Final = ErrorCode(
    code="workspace-empty",
    kind=InputError,
    meaning="There is no migration in the workspace, or of this account on this machine.",
    remedy="A migration begins with `omt migrate`. What is still frozen is thawed from anywhere by `omt thaw"
    " --answers FILE`.",
)
WORKSPACE_IN_INSTALLATION: Final = ErrorCode(
    code="workspace-in-installation",
    kind=InputError,
    meaning="The workspace lies in a folder that is migrated, so that the migration would move its own files.",
    remedy="Give another --workspace. One that is there already can be moved as a whole while no run works in it; then"
    " give its new place.",
)
WORKSPACE_LOCKED: Final = ErrorCode(
    code="workspace-locked",
    kind=InputError,
    meaning="Another run of the tool works in the workspace at this moment.",
    remedy="Wait until it is done, or stop it; `omt status` shows how far it is.",
)
WORKSPACE_NOT_EMPTY: Final = ErrorCode(
    code="workspace-not-empty",
    kind=InputError,
    meaning="The folder that is named as workspace holds other things, and no migration.",
    remedy="Name a folder that is empty or not there yet by --workspace: it is kept to this account, and a purge"
    " empties it.",
)
WORKSPACE_NOT_PRIVATE: Final = ErrorCode(
    code="workspace-not-private",
    kind=InputError,
    meaning="The workspace cannot be kept to this account.",
    remedy="Run the tool as the account that the folder belongs to, or give another --workspace.",
)
WORKSPACE_REMOTE: Final = ErrorCode(
    code="workspace-remote",
    kind=InputError,
    meaning="The workspace would be on another machine: its journal is a database that would not be safe there.",
    remedy="Name a folder on a disk of this machine by --workspace, or leave --workspace out.",
)

ERROR_CODES: Final = (
    AGREEMENT_NOT_ACCEPTED,
    CHANGED_SINCE_CHECKED,
    CHECKLIST_NOT_OPEN,
    CHECKS_INCOMPLETE,
    CONTACT_MISSING,
    END_TIME_INVALID,
    FILES_NOT_CONFIRMED,
    FILES_UNREADABLE,
    FINDINGS_STAND,
    INSTALLATION_INCOMPLETE,
    INSTALLATION_NOT_FOUND,
    INTERNAL,
    INTERRUPTED,
    JOURNAL_NOT_REBUILT,
    LIST_NOT_WRITABLE,
    LOGIN_NO_VERIFIER,
    LOGIN_NOT_ADMINISTRATOR,
    LOGIN_RETIRED,
    LOGIN_UNKNOWN,
    LOGIN_WRONG_CREDENTIALS,
    METRICS_NOT_WRITABLE,
    NOT_CONFIRMED,
    PHASE_TOO_EARLY,
    RATE_INVALID,
    RECEIPTS_NOT_COMPARED,
    RECEIPTS_OF_OTHERS,
    RECEIPT_NOT_GENUINE,
    RECOVERY_CHOICE_NEEDED,
    RECOVERY_CHOICE_NOT_POSSIBLE,
    RECOVERY_OF_OTHER_KIND,
    ROOT_NOT_FOUND,
    START_TIME_INVALID,
    START_TIME_OUT_OF_RANGE,
    SUPPORT_NOT_CLEAN,
    SUPPORT_NOT_WRITABLE,
    TENANT_KEY_CHANGED,
    TENANT_KEY_DAMAGED,
    THAW_PLUGIN_MISSING,
    THAW_WHILE_IMPORTING,
    USERS_LET_IN_MEANWHILE,
    WAIVER_NOT_POSSIBLE,
    WAIVER_REASON_MISSING,
    WORKSPACE_AMBIGUOUS,
    WORKSPACE_EMPTY,
    WORKSPACE_IN_INSTALLATION,
    WORKSPACE_LOCKED,
    WORKSPACE_NOT_EMPTY,
    WORKSPACE_NOT_PRIVATE,
    WORKSPACE_REMOTE,
)
