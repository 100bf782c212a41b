"""The statements of this plugin, in neutral SQL (`omt_crm.sql`)."""

from __future__ import annotations

ADDRESSES_OF_PERSONS = (
    "SELECT e.email_id, e.person_id, e.email_address, p.firstname, p.middleName, p.lastname"
    " FROM email e LEFT JOIN person p ON p.person_id = e.person_id"
    " WHERE e.person_id > 0"
)
"""All e-mail rows on persons' cards. Rows of a company itself have no person and are nobody's user name."""
