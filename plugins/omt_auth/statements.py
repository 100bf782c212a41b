"""All SQL of this plugin, in the neutral form that `omt_crm.sql` describes."""

from __future__ import annotations

from typing import Final

ASSOCIATES: Final = """
    SELECT a.associate_id, a."name", a.person_id, a.deleted, a."type" FROM associate a
"""

CREDENTIALS_BY_SEARCH_NAME: Final = """
    SELECT c.associateId, c.secret, c.validFrom, c.validTo, c.isActive
    FROM credentials c WHERE c.credentialType = ? AND c.searchName = ?
"""

SECRETS_OF_A_FORM: Final = """
    SELECT COUNT(*) FROM credentials c WHERE c.credentialType = ? AND c.secret LIKE ?
"""

PERSON: Final = """
    SELECT p.firstname, p.middleName, p.lastname FROM person p WHERE p.person_id = ?
"""

EMAILS: Final = """
    SELECT e.email_address FROM email e
    WHERE e.person_id = ? AND COALESCE(e."type", 0) = ? ORDER BY e."rank", e.email_id
"""

PHONES: Final = """
    SELECT p.phone FROM phone p
    WHERE p.owner_id = ? AND p.ptype_idx IN (?, ?, ?) ORDER BY p."rank", p.phone_id
"""
