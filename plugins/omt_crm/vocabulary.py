"""Numbers and names of the CRM, each with its source.

Sections are those of crm.md; "enum X" is the vendor's page of that enumeration.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Final

DEFAULT_PREFIX: Final = "CRM7"
"""Owner of the tables (section 2)."""

EMPTY_DATE: Final = datetime(1760, 1, 1)  # noqa: DTZ001 - the columns have no zone
"""A date that is not set, where it is not NULL (section 2)."""


class AssociateType(IntEnum):
    """associate.type (section 3, enum AssociateType)."""

    EMPLOYEE = 0
    RESOURCE = 1
    EXTERNAL_PERSON = 4
    ANONYMOUS = 7
    SYSTEM = 13


ADMIN_ALL: Final = "admin-all"
"""functionright.name of a General Administrator (section 3)."""

ADMIN_USERS: Final = "admin-users"
"""functionright.name of a User Administrator (section 3)."""

ADMINISTRATOR_RIGHTS: Final = (ADMIN_ALL, ADMIN_USERS)
"""A role with one of these makes an administrator, best first; its name never does (section 3)."""


class LicenceType(IntEnum):
    """modulelicense.licenseType (section 5; section 0 on the vendor's pages that contradict each other on USER)."""

    SITE = 1
    SATELLITE = 2
    USER = 3
    USER_OTHER_PAGE = 4


class LicenceFlags(IntFlag):
    """modulelicense.extraFlags (section 5)."""

    USER_PLAN = 1
    SITE_MARKER = 2


VENDOR: Final = "SUPEROFFICE"
"""moduleowner.ownerName of the vendor's own modules; reserved, so that no partner has it (section 5)."""

NO_PLAN_MODULE: Final = "superlicense-no-selection"
"""modulelicense.moduleName of "(No Selection)": the plan that is none (section 5)."""

CONFIDENTIAL_MODULE: Final = "visible-for"
"""modulelicense.moduleName behind "Confidential Activities" on the user card (section 3)."""


class EmailType(IntEnum):
    """email.type (section 3)."""

    EMAIL = 0


class PhoneType(IntEnum):
    """phone.ptype_idx (section 3)."""

    CONTACT_PHONE = 1
    CONTACT_FAX = 3
    DIRECT = 16385
    FAX = 16387
    PRIVATE = 16388
    MOBILE = 16389
    PAGER = 16390


PERSON_PHONE_BIT: Final = 0x4000
"""Set in phone.ptype_idx where phone.owner_id is a person (section 3)."""


SO_ARC_PROVIDER: Final = 0
"""document.archiveProvider of documents that lie in the archive folder (section 6)."""

FIRST_SATELLITE_ID: Final = 0x01000000
"""Ids of satellite n begin at n times this (section 2)."""

FIRST_TRAVEL_ID: Final = 0x7E000000
"""Ids from here on were made on Travel and must not occur in a central database (section 2)."""

LAST_TRAVELLER: Final = 0x00FFFFFF
"""traveller.travel_id up to here is an associate on Travel, above it a satellite (section 8)."""

SEQUENCE_OFFSET: Final = 10
"""sequence.id is the table number and this (section 2)."""

PERSON_TABLE_NUMBER: Final = 6
"""Number of table person in a standard database; always look in `sequence` first (section 3)."""

PERSON_IMAGE_LINK: Final = 1
"""binaryobjectlink.linkType of a person's photo (section 3)."""


NO_LOGIN_EVENT: Final = "kSENoLogin"
"""systemevent.eventkey of No Login. ND: formed like the one key that is documented (section 7)."""

TICKET_CREDENTIAL: Final = "Ticket"
"""credentials.credentialType of a session that lasts six hours (section 4)."""

PASSWORD_CREDENTIAL: Final = "CRM5/PASSWORD"  # noqa: S105 - the name of a kind, not a password
"""credentials.credentialType of an on-site password (section 4)."""

DIRECTORY_CREDENTIAL: Final = "ActiveDirectory"
"""credentials.credentialType of a Windows identity; searchName is its SID (section 4)."""

SENTRY_ADDON_SECTION: Final = "SentryAddonNames"
"""userpreference.prefsection that must be empty before a migration (section 8)."""
