"""A clean installation is one that nothing can be said against."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import PureWindowsPath

from email_validator import validate_email

from omt_simulator.database.customer_tables import with_customer_tables
from omt_simulator.database.schema import load_schema
from omt_simulator.documents.archive_path import document_path
from omt_simulator.documents.plan import ARCHIVES
from omt_simulator.machine import Machine

TABLES = with_customer_tables(load_schema())


def one(rows, sql, *arguments):
    return rows.execute(sql, arguments).fetchone()[0]


def test_every_table_of_the_schema_and_the_customers_own_is_there(clean_rows):
    names = {row[0] for row in clean_rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == set(TABLES)
    assert len(load_schema()) == 537


def test_every_reference_leads_to_a_row_or_is_zero(clean_rows):
    filled = {name for name in TABLES if one(clean_rows, f'SELECT count(*) FROM "{name}"')}
    dangling = {}
    for name in filled:
        for column in TABLES[name].columns:
            if column.references is None:
                continue
            target = TABLES[column.references]
            sql = (
                f'SELECT count(*) FROM "{name}" WHERE coalesce("{column.name}", 0) <> 0 AND "{column.name}" NOT IN'
                f' (SELECT "{target.primary_key}" FROM "{target.name}")'
            )
            if count := one(clean_rows, sql):
                dangling[name, column.name] = count
    assert dangling == {}


def test_the_sequence_of_every_table_is_beyond_its_highest_id(clean_rows):
    following = {row["TableName"]: row["next_id"] for row in clean_rows.execute("SELECT * FROM sequence")}
    for name, table in TABLES.items():
        highest = one(clean_rows, f'SELECT coalesce(max("{table.primary_key}"), 0) FROM "{name}"')
        assert following[name] == highest + 1, name


def test_no_id_is_of_a_traveller_or_a_satellite(clean_rows):
    for name, table in TABLES.items():
        assert one(clean_rows, f'SELECT coalesce(max("{table.primary_key}"), 0) FROM "{name}"') < 0x01000000


def test_values_fit_their_columns(clean_rows):
    for name, table in TABLES.items():
        for column in table.columns:
            if column.type == "String":
                longest = one(clean_rows, f'SELECT coalesce(max(length("{column.name}")), 0) FROM "{name}"')
                assert longest <= column.length, (name, column.name)


def test_the_database_model_lists_the_tables_that_exist(clean_rows):
    model = json.loads(gzip.decompress(one(clean_rows, "SELECT ModelData FROM DatabaseModel")))
    assert {table["Name"] for table in model["Tables"]} == set(TABLES)


def test_users_have_an_address_and_a_plan_of_their_own(clean_rows):
    people = clean_rows.execute(
        "SELECT a.name, (SELECT email_address FROM Email e WHERE e.person_id = a.person_id ORDER BY e.rank LIMIT 1),"
        " (SELECT count(*) FROM LicenseAssocLink l JOIN ModuleLicense m ON m.ModuleLicense_id = l.moduleLicenseId"
        "  WHERE l.assocId = a.associate_id AND m.extraFlags = 1) FROM associate a WHERE a.type = 0 AND a.deleted = 0"
    ).fetchall()
    assert len(people) == 40
    assert {plans for _, _, plans in people} == {1}
    for _, address, _ in people:
        validate_email(address, check_deliverability=False)
    everyones = Counter(row[0].strip().casefold() for row in clean_rows.execute("SELECT email_address FROM Email"))
    assert max(everyones.values()) == 1


def test_licences_are_enough_for_those_who_have_them(clean_rows):
    sql = (
        "SELECT count(*) FROM ModuleLicense m WHERE m.unrestricted = 0 AND m.licenseNumber <"
        " (SELECT count(*) FROM LicenseAssocLink l WHERE l.moduleLicenseId = m.ModuleLicense_id)"
    )
    assert one(clean_rows, sql) == 0


def test_administrators_are_told_by_their_function_right(clean, clean_rows):
    sql = (
        "SELECT DISTINCT a.name FROM associate a JOIN UserRoleLink u ON u.associate_id = a.associate_id"
        " JOIN FunctionRightRoleLink l ON l.roleId = u.role_id"
        " JOIN FunctionRight f ON f.FunctionRight_id = l.functionRightId"
        " WHERE a.deleted = 0 AND f.name IN ('admin-all', 'admin-users')"
    )
    administrators = {row[0] for row in clean_rows.execute(sql)}
    assert administrators == {user["login"] for user in clean.truth["users"] if user["administrator"]}
    assert "HH" in administrators
    decoys = one(clean_rows, "SELECT count(*) FROM UserRoleLink WHERE role_id = 9")
    assert decoys > 0


def test_nothing_stands_in_the_way_of_a_migration(clean_rows):
    assert one(clean_rows, "SELECT count(*) FROM traveller") == 0
    assert one(clean_rows, "SELECT count(*) FROM satellite") == 0
    assert one(clean_rows, "SELECT current_id FROM travelcurrent") == 0
    assert one(clean_rows, "SELECT count(*) FROM UserPreference WHERE prefsection = 'SentryAddonNames'") == 0


def test_every_document_has_its_file_and_every_file_its_document(clean, clean_rows):
    machine = Machine(clean.machine)
    rows = clean_rows.execute(
        "SELECT d.name, d.registered, a.name AS login FROM document d JOIN appointment p"
        " ON p.appointment_id = d.appointment_id JOIN associate a ON a.associate_id = p.associate_id"
    ).fetchall()
    assert len(rows) == 400
    expected = set()
    for row in rows:
        path = document_path(row["login"], datetime.fromisoformat(row["registered"]), row["name"])
        found = [place for root in ARCHIVES if (place := machine.locate(f"{root}\\{path}")).is_file()]
        assert len(found) == 1, path
        expected.add(found[0])
    period = re.compile(r"\d{4}\.[12]")
    on_disk = {
        path
        for root in ARCHIVES
        for path in machine.locate(root).rglob("*")
        if path.is_file() and period.fullmatch(path.parent.name)
    }
    assert on_disk == expected
    assert len({(str(path.parent).casefold(), path.name.casefold()) for path in expected}) == 400


def test_the_owner_is_the_appointments_associate_even_where_another_registered_the_document(clean_rows):
    sql = (
        "SELECT count(*) FROM document d JOIN appointment p ON p.appointment_id = d.appointment_id"
        " WHERE d.registered_associate_id <> p.associate_id"
    )
    assert one(clean_rows, sql) > 0


def test_every_attachment_has_its_file_by_its_id(clean, clean_rows):
    machine = Machine(clean.machine)
    locations = {
        row["attachment_location_id"]: row["path"] for row in clean_rows.execute("SELECT * FROM attachment_location")
    }
    for row in clean_rows.execute("SELECT * FROM attachment"):
        folder = machine.locate(locations[row["attachment_location_id"] or min(locations)])
        (found,) = [path for path in folder.rglob(str(row["id"])) if path.is_file()]
        assert found.stat().st_size == row["att_size"]
        assert found.parent == folder or found.parent.name == str(row["id"] // 10_000 * 10_000)


def test_names_are_legal_on_windows_and_short_enough_elsewhere(clean):
    for path in clean.machine.rglob("*"):
        assert not set('<>:"|?*') & set(path.name), path
        assert not PureWindowsPath(path.name).is_reserved(), path
        assert len(path.name.encode()) <= 255


def test_hostile_and_international_names_are_part_of_clean_data(clean_rows):
    names = " ".join(row[0] for row in clean_rows.execute("SELECT lastname FROM person UNION SELECT name FROM contact"))
    for part in ("<script>", "=cmd|", "O'Brien", "Шевченко", "佐藤", "🚀", "Παπαδόπουλος"):
        assert part in names
    logins = [row[0] for row in clean_rows.execute("SELECT name FROM associate WHERE type = 0")]
    assert any(not login.isascii() for login in logins)
    assert any(login.islower() for login in logins)


def test_the_customers_own_table_holds_odd_values(clean_rows):
    row = clean_rows.execute(
        "SELECT max(x_counter), min(x_counter), max(x_bought), min(x_bought), count(*) - count(x_name),"
        " sum(x_name = '') FROM y_equipment"
    ).fetchone()
    assert tuple(row) == (2**63 - 1, -(2**63), "9999-12-31 23:59:59", "1760-01-01 00:00:00", 10, 10)
    assert one(clean_rows, "SELECT count(*) FROM y_equipment WHERE instr(x_image, x'00') > 0") > 0
    assert one(clean_rows, "SELECT count(x_score) FROM contact") > 0


def test_sizes_are_log_normal_and_some_contents_are_shared(clean):
    files = [path for root in ("C/SO_ARC", "D/SO_ARC2") for path in (clean.machine / root).glob("*/[0-9]*/*")]
    sizes = sorted(path.stat().st_size for path in files)
    assert len(sizes) == 400
    assert 14_000 < sizes[200] < 28_000
    assert 28_000 < sum(sizes) / len(sizes) < 52_000
    different = {hashlib.sha256(path.read_bytes()).digest() for path in files}
    assert 0.95 < len(different) / len(files) < 1
