"""Every statement of this plugin in neutral SQL (`omt_crm.sql`). The export's own are made from the catalogue."""

from __future__ import annotations

from typing import Final

COMPANY: Final = "SELECT ownerContactName, serialNo, version FROM company ORDER BY company_id"

MODEL_VERSION: Final = "SELECT ModelVersion FROM DatabaseModel ORDER BY databasemodel_id"

ASSOCIATES: Final = """
SELECT associate_id, "name", person_id, group_idx
FROM associate
WHERE "type" = 0 AND COALESCE(deleted, 0) = 0"""

PERSONS: Final = """
SELECT p.person_id, p.firstname, p.middleName, p.lastname, p.position_idx, p.title, c."name"
FROM person p
JOIN associate a ON a.person_id = p.person_id
LEFT JOIN contact c ON c.contact_id = p.contact_id
WHERE a."type" = 0 AND COALESCE(a.deleted, 0) = 0"""

POSITIONS: Final = 'SELECT PersPos_id, "name" FROM PersPos'

GROUPS: Final = 'SELECT UserGroup_id, "name" FROM UserGroup'

ROLES: Final = """
SELECT l.associate_id, r.Role_id, r."name"
FROM UserRoleLink l
JOIN Role r ON r.Role_id = l.role_id
ORDER BY l.UserRoleLink_id"""

EMAILS: Final = """
SELECT e.person_id, e.email_address
FROM Email e
JOIN associate a ON a.person_id = e.person_id
WHERE a."type" = 0 AND COALESCE(a.deleted, 0) = 0 AND COALESCE(e."type", 0) = 0
ORDER BY e."rank", e.email_id"""

PHONES: Final = """
SELECT p.owner_id, p.phone
FROM phone p
JOIN associate a ON a.person_id = p.owner_id
WHERE a."type" = 0 AND COALESCE(a.deleted, 0) = 0 AND p.ptype_idx >= 16384 AND p.ptype_idx < 32768
ORDER BY p."rank", p.phone_id"""

PERSON_TABLE: Final = "SELECT TableNumber FROM sequence WHERE LOWER(TableName) = 'person'"

NUMBERED_TABLES: Final = "SELECT TableName FROM sequence ORDER BY TableName"

PHOTOS: Final = """
SELECT l.ownerRecord, l.binaryObjectId
FROM BinaryObjectLink l
JOIN associate a ON a.person_id = l.ownerRecord
WHERE l.ownerTable = ? AND l.linkType = 1 AND a."type" = 0 AND COALESCE(a.deleted, 0) = 0
ORDER BY l."rank", l.BinaryObjectLink_id"""

PHOTO: Final = "SELECT binaryData, mimeType FROM BinaryObject WHERE BinaryObject_id = ?"
