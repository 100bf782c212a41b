"""Every plant is there as often as asked for, is what it says, and is told."""

from __future__ import annotations

import gzip
import json
from datetime import datetime

import pytest
from email_validator import EmailNotValidError, validate_email

from omt_simulator import PLANTS, SimulationSpec, generate
from omt_simulator.documents.archive_path import document_path
from omt_simulator.documents.plan import ARCHIVES
from omt_simulator.machine import Machine
from omt_simulator.spec import DOCUMENT_PLANTS

COUNTS = {**dict.fromkeys(PLANTS, 3), "no-admin-plan": 1, "licence-change": 1, "hostile-name": 12}
OWNED = (
    "SELECT d.name, d.registered, d.archiveProvider, p.appointment_id, p.associate_id, a.name AS login FROM document d"
    " LEFT JOIN appointment p ON p.appointment_id = d.appointment_id"
    " LEFT JOIN associate a ON a.associate_id = p.associate_id WHERE d.document_id = ?"
)


@pytest.fixture
def machine(planted):
    return Machine(planted.machine)


def items(planted, slug):
    return planted.truth["plants"][slug]["items"]


def documents(planted, planted_rows, slug):
    for item in items(planted, slug):
        yield item, planted_rows.execute(OWNED, [item["document_id"]]).fetchone()


def places(machine, row):
    path = document_path(row["login"], datetime.fromisoformat(row["registered"]), row["name"])
    return [machine.locate(f"{root}\\{path}") for root in ARCHIVES]


@pytest.mark.parametrize("slug", PLANTS)
def test_every_plant_is_told_as_often_as_it_was_asked_for(planted, slug):
    told = planted.truth["plants"][slug]
    assert told["count"] == len(told["items"]) == COUNTS[slug]
    assert all(item["subjects"] for item in told["items"])


def test_a_clean_installation_tells_no_plants(clean):
    assert clean.truth["plants"] == {}


def test_no_document_and_no_user_carries_two_plants(planted):
    numbers = [item["document_id"] for slug in DOCUMENT_PLANTS for item in items(planted, slug)]
    assert len(numbers) == len(set(numbers))
    logins = [login for item in items(planted, "duplicate-email") for login in item["subjects"]]
    for slug in ("invalid-email", "no-email", "email-on-other-card", "on-travel", "partner-module"):
        logins += [item["login"] for item in items(planted, slug)]
    assert len(logins) == len(set(logins)) == 21


def test_the_documents_that_are_not_told_are_all_found_and_those_told_are_as_told(planted, planted_rows, machine):
    told = {item["document_id"]: item for slug in DOCUMENT_PLANTS for item in items(planted, slug)}
    for number in range(1, 401):
        row = planted_rows.execute(OWNED, [number]).fetchone()
        if number not in told:
            assert any(place.is_file() for place in places(machine, row))
        elif told[number]["stored"]:
            stored = machine.locate(told[number]["stored"])
            assert stored.is_symlink() or stored.is_file()
    unseen = sum(not item["found"] for item in told.values())
    assert planted.truth["counts"]["files"]["documents"] == 400 - unseen


@pytest.mark.parametrize("slug", ["missing-file", "wrong-period"])
def test_a_file_that_is_not_where_it_should_be(planted, planted_rows, machine, slug):
    for item, row in documents(planted, planted_rows, slug):
        assert item["expected"].endswith(f"\\{row['name']}")
        assert not any(place.exists() for place in places(machine, row))


def test_a_file_in_another_period_lies_with_the_same_owner(planted):
    for item in items(planted, "wrong-period"):
        login, period, name = item["expected"].split("\\")
        stored = item["stored"].split("\\")
        assert (stored[-3], stored[-1]) == (login, name)
        assert stored[-2] != period


def test_a_file_in_another_case_differs_in_nothing_else(planted, planted_rows, machine):
    folders = names = 0
    for item, row in documents(planted, planted_rows, "wrong-case"):
        stored = item["stored"].removeprefix(item["archive"] + "\\")
        assert stored != item["expected"]
        assert stored.casefold() == item["expected"].casefold()
        assert not any(place.exists() for place in places(machine, row))
        folders += stored.split("\\")[0] != row["login"]
        names += stored.split("\\")[2] != row["name"]
    assert folders
    assert names


def test_rows_that_lead_to_no_file(planted, planted_rows):
    assert all(not row["name"].strip() for _, row in documents(planted, planted_rows, "blank-name"))
    assert all(row["appointment_id"] is None for _, row in documents(planted, planted_rows, "no-appointment"))
    for _, row in documents(planted, planted_rows, "missing-associate"):
        assert row["associate_id"] > 0
        assert row["login"] is None
    assert all(row["archiveProvider"] for _, row in documents(planted, planted_rows, "other-provider"))


def test_hostile_names_reach_for_a_file_outside_the_archive_that_exists(planted, planted_rows, machine):
    names = {row["name"] for _, row in documents(planted, planted_rows, "hostile-name")}
    assert {"CON", "C:relative.docx", "report.docx:hidden"} < names
    bait = next(name for name in names if name.startswith("..\\"))
    folder = machine.locate(rf"{ARCHIVES[0]}\HH\2014.1")
    assert folder.joinpath(*bait.split("\\")).resolve().read_bytes() == b"must never be read"


def test_files_that_cannot_be_read_or_are_empty(planted, machine):
    for item in items(planted, "unreadable"):
        with pytest.raises(OSError, match="symbolic links"):
            machine.locate(item["stored"]).read_bytes()
    assert all(machine.locate(item["stored"]).stat().st_size == 0 for item in items(planted, "zero-bytes"))


def test_orphans_are_files_that_no_row_names(planted, planted_rows, machine):
    for item in items(planted, "orphan"):
        assert machine.locate(item["stored"]).is_file()
        name = item["stored"].rpartition("\\")[2]
        assert planted_rows.execute("SELECT count(*) FROM document WHERE name = ?", [name]).fetchone()[0] == 0


def default_address(rows, login):
    sql = "SELECT e.email_address FROM Email e JOIN associate a USING (person_id) WHERE a.name = ? ORDER BY e.rank"
    return next((row[0] for row in rows.execute(sql, [login])), None)


def test_addresses_are_planted_as_told(planted, planted_rows):
    for item in items(planted, "duplicate-email"):
        first, second = (default_address(planted_rows, login) for login in item["subjects"])
        assert first.casefold() == second.casefold()
    for item in items(planted, "invalid-email"):
        with pytest.raises(EmailNotValidError):
            validate_email(default_address(planted_rows, item["login"]), check_deliverability=False)
    assert [default_address(planted_rows, item["login"]) for item in items(planted, "no-email")] == [None] * 3
    for item in items(planted, "email-on-other-card"):
        sql = "SELECT email_address, person_id FROM Email WHERE email_id = ?"
        address, person = planted_rows.execute(sql, [item["email_id"]]).fetchone()
        assert address.casefold() == default_address(planted_rows, item["login"]).casefold()
        users = "SELECT count(*) FROM associate WHERE type = 0 AND person_id = ?"
        assert planted_rows.execute(users, [person]).fetchone()[0] == 0


def test_the_tenant_lacks_the_seats_that_over_plan_says(planted):
    (item, *_) = items(planted, "over-plan")
    assert item["used"] - item["total"] == 3
    assert f"{item['plan']}:{item['total']}" in planted.tenant_plans.split(",")
    assert len(item["logins"]) == item["used"]


def test_the_tenant_has_seats_for_all_plans_of_a_clean_installation(clean):
    seats = {name: int(total) for name, _, total in (part.partition(":") for part in clean.tenant_plans.split(","))}
    plans = [user["plan"] for user in clean.truth["users"] if user["plan"]]
    assert all(seats[plan] >= plans.count(plan) for plan in plans)


def test_no_administrator_has_a_plan(planted, planted_rows):
    for login in items(planted, "no-admin-plan")[0]["logins"]:
        sql = "SELECT count(*) FROM LicenseAssocLink l JOIN associate a ON a.associate_id = l.assocId WHERE a.name = ?"
        links = planted_rows.execute(sql + " AND l.moduleLicenseId <= 4", [login]).fetchone()[0]
        assert links == 0


def test_travellers_satellites_and_add_ons_are_rows(planted, planted_rows):
    travellers = {row[0] for row in planted_rows.execute("SELECT travel_id FROM traveller")}
    assert travellers == {item["associate_id"] for item in items(planted, "on-travel")}
    satellites = {row[0] for row in planted_rows.execute("SELECT satellite_id FROM satellite")}
    assert satellites == {item["satellite_id"] for item in items(planted, "satellite")}
    sql = "SELECT userpreference_id FROM UserPreference WHERE prefsection = 'SentryAddonNames'"
    assert {row[0] for row in planted_rows.execute(sql)} == {
        item["userpreference_id"] for item in items(planted, "sentry-addon")
    }


def test_the_model_names_tables_that_do_not_exist(planted, planted_rows):
    model = json.loads(gzip.decompress(planted_rows.execute("SELECT ModelData FROM DatabaseModel").fetchone()[0]))
    there = {row[0] for row in planted_rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = {table["Name"] for table in model["Tables"]} - there
    assert missing == {item["table"] for item in items(planted, "model-table-missing")}


def test_a_plant_changes_nothing_else_in_the_database(tmp_path):
    plain = generate(tmp_path / "plain", SimulationSpec(users=10, documents=50))
    planted = generate(tmp_path / "planted", SimulationSpec(users=10, documents=50, plants={"missing-file": 5}))
    assert plain.truth["users"] == planted.truth["users"]
    assert plain.truth["counts"]["rows"] == planted.truth["counts"]["rows"]
