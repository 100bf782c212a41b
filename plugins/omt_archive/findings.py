"""The findings about the archive and the Service folders, which are also the reasons of items that are not moved."""

from __future__ import annotations

from omt_core.api import FindingCode, Severity
from omt_folders.disk import Reasons

PLUGIN = "archive"

ARCHIVE_ROOT_MISSING = FindingCode(
    code="archive-root-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A folder of the document archive does not exist or cannot be read, and documents are missing.",
    remedy="Connect the drive or share, or correct `archives` in the answers file, and run the check again.",
)
FOLDER_EMPTIED = FindingCode(
    code="folder-emptied",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    of_folders=True,
    meaning="Files lay in a folder when it was last read. It answers, or the folder above it does, and there are none"
    " now. What was sent of them before stays online.",
    remedy="Connect or restore the folder, and run the check again. If its files were deleted on purpose, say so by a"
    " waiver of this folder, with the reason: it counts for this folder and for no other.",
)
TREE_INCOMPLETE = FindingCode(
    code="tree-incomplete",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="So many files are missing in one folder that it is hardly the whole one: a share that is not connected, a"
    " copy that is not complete, or another folder than the database means.",
    remedy="Connect or restore the folder, or correct it in the answers file, and run the check again. If the files"
    " are really gone, waive this finding and say why. From which share on it is told: `archive.missing_share`.",
)
TREE_WITHOUT_CONTENT = FindingCode(
    code="tree-without-content",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="So many files of one folder have no content (0 bytes) that it hardly holds the real ones: a copy that was"
    " broken off, a restore of names alone, or files that a storage system keeps elsewhere.",
    remedy="Restore the files or have the storage system bring them back, and run the check again. If they really are"
    " empty, waive this finding and say why. From which share on it is told: `archive.missing_share`.",
)
DOCUMENT_FILE_MISSING = FindingCode(
    code="document-file-missing",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The database knows a document whose file is in no archive, so that there is nothing to move.",
    remedy="Put the file back to where it is expected; a later run in recovery mode moves it.",
)
DOCUMENT_FILE_MISPLACED = FindingCode(
    code="document-file-misplaced",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file of a document is not where the CRM looks for it, but a file of its name that no document owns"
    " lies in another folder of the archive. It is not moved, since it may be another document's.",
    remedy="See where each lies in the wizard's list of missing files, or in `missing-files.csv`, which"
    " `omt check --write-csv DIR` writes. If it is the right file, move it to where it is expected; a later run in"
    " recovery mode moves it.",
)
OWNER_FOLDER_RENAMED = FindingCode(
    code="owner-folder-renamed",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The documents of a user seem to lie in a folder that is named like nobody: it kept the name from before"
    " the user was renamed. They are not moved as it is.",
    remedy="Rename the folder, or give the line that the message names in the settings; then check again.",
)
DOCUMENT_NAME_BLANK = FindingCode(
    code="document-name-blank",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A document has no file name, so that no file belongs to it.",
    remedy="Open the document in the CRM and save it anew, or accept that only its row is moved.",
)
DOCUMENT_WITHOUT_APPOINTMENT = FindingCode(
    code="document-without-appointment",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A document has no appointment, so that it has no owner and no folder.",
    remedy="Have the vendor's support repair the rows, or accept that only the document's row is moved.",
)
DOCUMENT_WITHOUT_OWNER = FindingCode(
    code="document-without-owner",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A document belongs to an associate who does not exist, so that it has no folder.",
    remedy="Give the document's appointment to another user in the CRM, or accept that only its row is moved.",
)
DOCUMENT_NAME_HOSTILE = FindingCode(
    code="document-name-hostile",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file name of a document, or its owner's login, cannot be a name in a folder and might lead out of it.",
    remedy="Rename the document in the CRM to an ordinary file name.",
)
DOCUMENT_STORED_ELSEWHERE = FindingCode(
    code="document-stored-elsewhere",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="The content of a document is kept by another document plug-in, so that there is no file to move.",
    remedy="Make sure that the plug-in's own storage can be reached from CRM Online.",
)
DOCUMENT_EMPTY = FindingCode(
    code="document-empty",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="The file of a document has no content. It is moved as it is.",
    remedy="Restore the file from a backup if it should not be empty.",
)
DOCUMENT_VERSIONS = FindingCode(
    code="document-versions",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Earlier versions of a document lie in a folder beside its file. Only the current file is moved.",
    remedy="Keep the folder if the earlier versions are needed.",
)
DOCUMENT_FILE_SHADOWED = FindingCode(
    code="document-file-shadowed",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="A document has a second file of its name in a later archive. As in the CRM, the first one is moved.",
    remedy="Compare the two files if you are not sure which is the right one.",
)
FILE_WITHOUT_DOCUMENT = FindingCode(
    code="file-without-document",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="A file in a user's folder belongs to no document of the database. It is not moved.",
    remedy="Import it into the CRM as a document if it is needed.",
)
FILE_UNREADABLE = FindingCode(
    code="file-unreadable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A file is there but cannot be read: a link that leads nowhere, a missing permission, or not a file.",
    remedy="Repair the file or the permission; a later run in recovery mode moves it.",
)
FOLDER_UNREADABLE = FindingCode(
    code="folder-unreadable",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A folder cannot be listed, so that nobody can say what lies in it.",
    remedy="Give the account that runs the tool the permission to read the folder.",
)
FILE_OUTSIDE_ROOT = FindingCode(
    code="file-outside-root",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A link in the archive or a Service folder leads out of it. What it leads to is not read.",
    remedy="Put the files in the place of the link, or name the link's target in `archive.trusted_folders`.",
)
FOLDER_LINK = FindingCode(
    code="folder-link",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="A link to a folder lies among templates or Service files. It is not followed.",
    remedy="Put the folder in the place of the link.",
)
PATH_TOO_LONG = FindingCode(
    code="path-too-long",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="The path of a document is longer than Windows' programs usually can open. It is moved all the same.",
    remedy="Nothing has to be done for the migration.",
)
ARCHIVE_FILES_IGNORED = FindingCode(
    code="archive-files-ignored",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="Logs, exchange folders, temporary and personal files in the archive are not moved.",
    remedy="Keep a copy of the personal files if their owners need them.",
)
FOLDERS_OVERLAP = FindingCode(
    code="folders-overlap",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A folder stands for two things, so that files would be moved as what they are not.",
    remedy="Correct the folders in the answers file, section [installation], or name another --workspace, and run the"
    " check again.",
)
TEMPLATE_FOLDER_MISSING = FindingCode(
    code="template-folder-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="The template folder does not exist, so that no templates are moved.",
    remedy="Connect the drive or share, or give the folder as `templates` in the answers file, section"
    " [installation]. If there are no templates, waive this finding.",
)
TEMPLATE_FILE_MISSING = FindingCode(
    code="template-file-missing",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The list of document templates names a file that is not in the template folder.",
    remedy="Put the file back, or delete the template in the CRM.",
)
TEMPLATE_NAME_HOSTILE = FindingCode(
    code="template-name-hostile",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file name of a template cannot be a path below the template folder.",
    remedy="Correct the template's file name in the CRM.",
)
SERVICE_FOLDER_MISSING = FindingCode(
    code="service-folder-missing",
    severity=Severity.ERROR,
    plugin=PLUGIN,
    meaning="A folder of Customer Service that the database names cannot be found, so that nothing in it is moved.",
    remedy="Connect the drive or share, or give the folder in the answers file, section [installation.service]. If it"
    " is really gone, waive this finding.",
)
ATTACHMENT_FILE_MISSING = FindingCode(
    code="attachment-file-missing",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file of an attachment is not in the folder that its row names.",
    remedy="Put the file back; a later run in recovery mode moves it.",
)
ATTACHMENT_FILE_SHORT = FindingCode(
    code="attachment-file-short",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The file of an attachment is shorter than its row says: it was cut off. It is moved as it is.",
    remedy="Restore the file from a backup; a later run in recovery mode moves it.",
)
FILES_RECALLED = FindingCode(
    code="files-in-the-cloud",
    severity=Severity.WARNING,
    plugin=PLUGIN,
    meaning="The content of files is in the cloud or on tape, and is fetched when they are read, which takes time. They"
    " are read last.",
    remedy="Have the files fetched beforehand, or leave time for it.",
)
FILE_WITHOUT_ATTACHMENT = FindingCode(
    code="file-without-attachment",
    severity=Severity.INFO,
    plugin=PLUGIN,
    meaning="A file in a folder of attachments belongs to no attachment of the database. It is not moved.",
    remedy="Nothing has to be done.",
)

CODES = (
    ARCHIVE_FILES_IGNORED,
    ARCHIVE_ROOT_MISSING,
    ATTACHMENT_FILE_MISSING,
    ATTACHMENT_FILE_SHORT,
    DOCUMENT_EMPTY,
    DOCUMENT_FILE_MISPLACED,
    DOCUMENT_FILE_MISSING,
    DOCUMENT_FILE_SHADOWED,
    DOCUMENT_NAME_BLANK,
    DOCUMENT_NAME_HOSTILE,
    DOCUMENT_STORED_ELSEWHERE,
    DOCUMENT_VERSIONS,
    DOCUMENT_WITHOUT_APPOINTMENT,
    DOCUMENT_WITHOUT_OWNER,
    FILES_RECALLED,
    FILE_OUTSIDE_ROOT,
    FILE_UNREADABLE,
    FILE_WITHOUT_ATTACHMENT,
    FILE_WITHOUT_DOCUMENT,
    FOLDERS_OVERLAP,
    FOLDER_EMPTIED,
    FOLDER_LINK,
    FOLDER_UNREADABLE,
    OWNER_FOLDER_RENAMED,
    PATH_TOO_LONG,
    SERVICE_FOLDER_MISSING,
    TEMPLATE_FILE_MISSING,
    TEMPLATE_FOLDER_MISSING,
    TEMPLATE_NAME_HOSTILE,
    TREE_INCOMPLETE,
    TREE_WITHOUT_CONTENT,
)

REASONS = Reasons(
    file=FILE_UNREADABLE.code,
    folder=FOLDER_UNREADABLE.code,
    outside=FILE_OUTSIDE_ROOT.code,
    link=FOLDER_LINK.code,
)
"""What of a folder is not moved, and why."""
