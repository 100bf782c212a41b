"""All that is asked of the database, in the neutral SQL of `omt_crm.sql`."""

from __future__ import annotations

_DOCUMENTS = """
SELECT d.document_id, d."name", d.archiveProvider, d.registered, a.appointment_id, o."name"
FROM document d
LEFT JOIN appointment a ON a.appointment_id = d.appointment_id
LEFT JOIN associate o ON o.associate_id =
    CASE WHEN COALESCE(a.associate_id, 0) = 0 THEN d.registered_associate_id ELSE a.associate_id END
"""
DOCUMENTS = f"""{_DOCUMENTS}
ORDER BY LOWER(o."name"), d.registered, d.document_id
"""
"""Every document with its owner, so ordered that the documents of a folder come together.

The owner is the appointment's associate, else whoever registered the document (crm.md section 6, choice).
"""

IDS_AT_ONCE = 200
DOCUMENTS_BY_ID = f"{_DOCUMENTS} WHERE d.document_id IN ({', '.join('?' * IDS_AT_ONCE)})"
"""The same of these documents, in no order. Every system takes so many parameters (Oracle 1,000 in a list)."""

DOCUMENT_IDS = """
SELECT d.document_id
FROM document d
ORDER BY d.document_id
"""

LOGINS = """
SELECT o."name"
FROM associate o
ORDER BY o.associate_id
"""

TEMPLATES = """
SELECT t.DocTmpl_id, t.filename, t.loadTemplateFromPlugin, t.autoevent_id, t.deleted
FROM DocTmpl t
ORDER BY t.DocTmpl_id
"""

SERVICE_FOLDERS = """
SELECT c.text_path, c.template_path, c.attachment_path
FROM config c
ORDER BY c.id
"""

ATTACHMENT_LOCATIONS = """
SELECT l.attachment_location_id, l.path
FROM attachment_location l
ORDER BY l.attachment_location_id
"""

ATTACHMENTS = """
SELECT a.id, a.att_size, a.attachment_location_id
FROM attachment a
ORDER BY a.id
"""
