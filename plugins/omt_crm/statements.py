"""What this library itself asks the database, in the neutral form that `omt_crm.sql` describes."""

from __future__ import annotations

from typing import Final

MODULE_OWNERS: Final = "SELECT ModuleOwner_id, ownerName FROM ModuleOwner"

MODULES: Final = "SELECT ModuleLicense_id, moduleName, licenseType, extraFlags, ModuleOwner_id FROM ModuleLicense"

ASSIGNED_MODULES: Final = """
SELECT l.assocId, l.moduleLicenseId
FROM LicenseAssocLink l
JOIN associate a ON a.associate_id = l.assocId
WHERE a."type" = 0 AND COALESCE(a.deleted, 0) = 0
ORDER BY l.LicenseAssocLink_id"""

ADMINISTRATOR_RIGHTS: Final = """
SELECT u.associate_id, f."name", f.requiredModule
FROM UserRoleLink u
JOIN FunctionRightRoleLink l ON l.roleId = u.role_id
JOIN FunctionRight f ON f.FunctionRight_id = l.functionRightId
WHERE LOWER(f."name") IN ('admin-all', 'admin-users')"""

ASSOCIATES: Final = """
    SELECT a.associate_id, a."name", a.person_id, a.deleted, a."type" FROM associate a
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
