"""All that is asked of the database with fixed statements, in the neutral SQL of `omt_crm.sql`."""

from __future__ import annotations

TRAVELLERS = """
SELECT t.traveller_id, t.travel_id, a."name"
FROM traveller t
LEFT JOIN associate a ON a.associate_id = t.travel_id
ORDER BY t.traveller_id
"""

TRAVEL_STATE = """
SELECT c.travelcurrent_id, c.current_id
FROM travelcurrent c
ORDER BY c.travelcurrent_id
"""

SATELLITES = """
SELECT s.satellite_id, s.DSN
FROM satellite s
ORDER BY s.satellite_id
"""

SENTRY_ADDONS = """
SELECT p.userpreference_id, p.prefvalue
FROM userpreference p
WHERE LOWER(p.prefsection) = ?
ORDER BY p.userpreference_id
"""

DATABASE_MODEL = """
SELECT m.databasemodel_id, m.ModelVersion, m.ModelData
FROM DatabaseModel m
WHERE m.databasemodel_id = (SELECT MAX(n.databasemodel_id) FROM DatabaseModel n)
"""

DATABASE_MODELS = """
SELECT COUNT(m.databasemodel_id)
FROM DatabaseModel m
"""

SEQUENCES = """
SELECT s.TableName, s.next_id
FROM sequence s
"""

LICENCE_ISSUERS = """
SELECT COUNT(l.ModuleLicense_id)
FROM ModuleLicense l
"""

MAIL_FILTERS = """
SELECT f.id, f.address
FROM mail_in_filter f
ORDER BY f.id
"""
