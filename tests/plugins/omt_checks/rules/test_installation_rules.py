"""Each rule about the installation, on a clean database in which one thing was changed (W23, W93, W94)."""

from __future__ import annotations

import gzip

import pytest

from omt_checks.settings import ChecksSettings
from omt_core.api.findings import Severity
from omt_core.api.language import translated

pytestmark = pytest.mark.anyio

ALL_IDS_FREE = "UPDATE sequence SET next_id = 10000000"
MAILBOXES = (
    "DROP TABLE mail_in_filter",
    "CREATE TABLE mail_in_filter (id INTEGER PRIMARY KEY, address TEXT)",
)
PERSONS_NEXT_ID = "UPDATE sequence SET next_id = (SELECT {} FROM person) WHERE LOWER(TableName) = 'person'"


async def worse_than_info(site, settings=None):
    found = await site.findings(settings)
    return {code: list(one.subjects) for code, one in found.items() if one.severity is not Severity.INFO}


async def test_a_travellers_database_is_not_central(edited):
    assert await worse_than_info(edited("UPDATE travelcurrent SET current_id = 12")) == {"database-not-central": ["12"]}


def with_travellers(*travel_ids):
    """Replace the table by one with these rows."""
    yield ALL_IDS_FREE
    yield "DROP TABLE traveller"
    yield "CREATE TABLE traveller (traveller_id INTEGER PRIMARY KEY, travel_id INTEGER)"
    for travel_id in travel_ids:
        yield ("INSERT INTO traveller (travel_id) VALUES (?)", (travel_id,))


async def test_a_traveller_who_is_no_associate_is_named_by_id(edited):
    assert await worse_than_info(edited(*with_travellers(777_777))) == {"user-on-travel": ["associate 777777"]}


async def test_who_or_what_has_no_name_is_told_in_the_readers_language(edited):
    mailbox = "INSERT INTO mail_in_filter VALUES (2, NULL)"
    found = await edited(*with_travellers(777_777), *MAILBOXES, mailbox).findings()
    assert translated(found["user-on-travel"].message, "de").endswith(": Benutzer (associate) 777777.")
    assert translated(found["service-mailboxes"].message, "de").endswith(": Postfach 2.")


async def test_a_traveller_in_a_satellites_range_is_a_satellite(edited):
    assert await worse_than_info(edited(*with_travellers(0x03000000))) == {"satellite-active": ["3"]}


async def test_a_traveller_without_id_is_nobody(edited):
    assert await worse_than_info(edited(*with_travellers(0, None))) == {}


async def test_a_sentry_section_is_found_in_any_case(edited):
    site = edited("UPDATE UserPreference SET prefsection = 'SENTRYADDONNAMES' WHERE userpreference_id = 1")
    assert await worse_than_info(site) == {"sentry-addon-registered": ["1"]}


async def test_a_licence_without_serial_number_is_missing(edited):
    assert await worse_than_info(edited("UPDATE company SET serialNo = '  '")) == {"licence-missing": ["serial"]}


async def test_a_licence_without_modules_is_missing(edited):
    assert await worse_than_info(edited("DELETE FROM ModuleLicense")) == {"licence-missing": ["modules"]}


async def test_a_model_that_cannot_be_read_is_a_warning(edited):
    site = edited(("UPDATE DatabaseModel SET ModelData = ?", (b"\x00\x01",)))
    assert await worse_than_info(site) == {"model-unreadable": []}


async def test_a_model_larger_than_the_limit_is_a_warning(clean_site):
    assert await worse_than_info(clean_site, ChecksSettings(model_bytes=100)) == {"model-unreadable": []}


async def test_only_the_newest_model_counts(edited):
    old = gzip.compress(b'{"Tables": [{"Name": "gone"}]}')
    site = edited(
        ALL_IDS_FREE,
        "INSERT INTO DatabaseModel SELECT 2, ModelVersion, IsDatabaseUnicode, ModelData FROM DatabaseModel",
        ("UPDATE DatabaseModel SET ModelData = ? WHERE databasemodel_id = 1", (old,)),
    )
    assert await worse_than_info(site) == {}


async def test_a_database_of_71_is_new_enough(edited):
    assert "version-too-old" not in await worse_than_info(edited("DROP TABLE DatabaseModel"))


async def test_a_database_of_70_is_too_old(edited):
    site = edited("DROP TABLE DatabaseModel", "DROP TABLE outgoing_message")
    found = (await site.findings())["version-too-old"]
    assert found.severity is Severity.ERROR
    assert "7.0" in found.message


async def test_a_database_before_70_is_too_old_and_lacks_no_tables_that_came_later(edited):
    tables = (
        "DatabaseModel",
        "outgoing_message",
        "moduleowner",
        "modulelicense",
        "mail_in_filter",
        "satellite",
        "traveller",
        "travelcurrent",
        "sequence",
    )
    found = await worse_than_info(edited(*(f"DROP TABLE {table}" for table in tables)))
    assert found.keys() == {"version-too-old"}


async def test_ids_of_travel_are_told_by_table_and_do_not_count_for_its_sequence(edited):
    site = edited(f"UPDATE contact SET contact_id = {0x7E000001} WHERE contact_id = 5")
    assert await worse_than_info(site) == {"travel-ids": ["contact"]}


async def test_in_the_snapshot_no_rule_looks_at_every_table_and_the_others_answer(edited):
    """On PostgreSQL nobody could rebuild a table from then on, and who waits for that keeps the export waiting."""
    site = edited(
        f"UPDATE contact SET contact_id = {0x7E000001} WHERE contact_id = 5",
        PERSONS_NEXT_ID.format("MAX(person_id)"),
        "UPDATE travelcurrent SET current_id = 12",
    )
    assert {"travel-ids", "sequence-behind", "database-not-central"} <= (await site.findings()).keys()
    found = await site.findings(in_snapshot=True)
    assert "database-not-central" in found
    assert not {"travel-ids", "sequence-behind"} & found.keys()


async def test_ids_of_satellites_do_not_count_for_a_sequence(edited):
    site = edited(f"UPDATE contact SET contact_id = {0x01000005} WHERE contact_id = 5")
    assert await worse_than_info(site) == {}


async def test_a_sequence_behind_its_table_is_told(edited):
    site = edited(PERSONS_NEXT_ID.format("MAX(person_id)"))
    assert await worse_than_info(site) == {"sequence-behind": ["person"]}


async def test_a_sequence_that_names_the_next_free_id_is_right(edited):
    site = edited(PERSONS_NEXT_ID.format("1 + MAX(person_id)"))
    assert await worse_than_info(site) == {}


async def test_mailboxes_are_told_for_information(edited):
    site = edited(
        *MAILBOXES,
        "INSERT INTO mail_in_filter VALUES (1, 'help@example.com'), (2, NULL)",
    )
    found = (await site.findings())["service-mailboxes"]
    assert (found.severity, found.subjects) == (Severity.INFO, ("help@example.com", "mailbox 2"))


async def test_a_rule_that_fails_names_itself_and_stops_no_other(edited):
    site = edited(
        PERSONS_NEXT_ID.format("'many'"),
        "UPDATE travelcurrent SET current_id = 12",
    )
    found = await worse_than_info(site)
    assert found == {"check-failed": ["sequences"], "database-not-central": ["12"]}
