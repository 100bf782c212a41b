"""All SQL of this plugin, in the neutral form that `omt_crm.sql` describes."""

from __future__ import annotations

from typing import Final

CREDENTIALS_BY_SEARCH_NAME: Final = """
    SELECT c.associateId, c.secret, c.validFrom, c.validTo, c.isActive
    FROM credentials c WHERE c.credentialType = ? AND c.searchName = ?
"""

SECRETS_OF_A_FORM: Final = """
    SELECT COUNT(*) FROM credentials c WHERE c.credentialType = ? AND c.secret LIKE ?
"""
