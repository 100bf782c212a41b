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

ADMINISTRATOR_RIGHTS: Final = """
    SELECT f."name", f.requiredModule
    FROM userrolelink u
    JOIN functionrightrolelink l ON l.roleId = u.role_id
    JOIN functionright f ON f.FunctionRight_id = l.functionRightId
    WHERE u.associate_id = ? AND f."name" IN (?, ?)
"""

LICENCES: Final = """
    SELECT m.moduleName, m.licenseType, COUNT(l.LicenseAssocLink_id)
    FROM modulelicense m
    LEFT JOIN licenseassoclink l ON l.moduleLicenseId = m.ModuleLicense_id AND l.assocId = ?
    GROUP BY m.moduleName, m.licenseType
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
