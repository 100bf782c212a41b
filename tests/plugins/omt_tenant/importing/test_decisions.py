from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from omt_core.api.online import UserAssignment
from omt_core.api.users import OtherAddress
from omt_tenant.importing import VerificationFailedError


def user(login="HH", associate_id=1, plan="SalesPREM", user_name="h.h@example.com"):
    return UserAssignment(login=login, associate_id=associate_id, plan=plan, user_name=user_name)


def address(email_id=11, text="H.H@Example.com"):
    return OtherAddress(email_id=email_id, person_id=7, full_name="Somebody Else", address=text)


def refusal(tenant, *users, addresses=()):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=users, removed_addresses=addresses)
    with pytest.raises(VerificationFailedError) as refused:
        tenant.run()
    assert tenant.current is None
    return [(detail.code, detail.subject) for detail in refused.value.details]


def test_plans_and_user_names_are_written_to_the_new_database(tenant):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(user(), user("ÅÅ", 3, None, None)), removed_addresses=(address(),))
    tenant.run()
    assert tenant.query("SELECT * FROM omt.users") == [("HH", 1, "SalesPREM", "h.h@example.com"), ("ÅÅ", 3, None, None)]
    assert tenant.query("SELECT associate_id, userName FROM associate ORDER BY 1") == [
        (1, "h.h@example.com"),
        (2, "old@example.com"),
        (3, None),
    ]
    assert tenant.query("SELECT email_id FROM email ORDER BY 1") == [(10,), (12,), (13,)]
    changes = tenant.receipt().header.changes
    assert changes.model_dump() == {
        "users": 2,
        "plans_assigned": 1,
        "user_names_assigned": 1,
        "addresses_removed": 1,
    }


def test_the_receipt_says_what_was_sent_and_what_was_made_of_it(tenant, fingerprint_of):
    tenant.put_crm()
    tenant.request = replace(tenant.request, users=(user(),), removed_addresses=(address(),))
    tenant.run()
    header = tenant.receipt().header
    assert [(table.table, table.rows) for table in header.tables] == [("ASSOCIATE", 3), ("Email", 4)]
    assert [(table.table, table.rows) for table in header.changed_tables] == [("ASSOCIATE", 3), ("Email", 3)]
    left = pa.table({"id": pa.array([10, 12, 13], pa.int32()), "a": ["h.h@example.com", "other@example.com", None]})
    assert header.changed_tables[1].fingerprint == f"{fingerprint_of(left):032x}"


def test_tables_that_stay_as_they_came_are_not_called_changed(tenant):
    tenant.put_crm()
    tenant.run()
    assert tenant.receipt().header.changed_tables == ()


def test_an_older_database_without_the_column_of_user_names_is_no_obstacle(tenant):
    tenant.put_table("associate", pa.table({"associate_id": [1], "name": ["HH"]}))
    tenant.request = replace(tenant.request, users=(user(),))
    tenant.run()
    assert tenant.query("SELECT * FROM associate") == [(1, "HH")]
    assert tenant.query("SELECT user_name FROM omt.users") == [("h.h@example.com",)]


def test_a_customers_table_may_be_called_like_one_of_ours(tenant):
    tenant.put_crm()
    tenant.put_table("users", pa.table({"a": [1]}))
    tenant.put_table("tables", pa.table({"a": [2]}))
    tenant.request = replace(tenant.request, users=(user(),))
    tenant.run()
    assert tenant.query("SELECT * FROM main.users") == [(1,)]


@pytest.mark.parametrize("name", ["H.H@example.COM", " h.h@example.com ", "h.h@ＥＸＡＭＰＬＥ.com"])
def test_duplicate_user_names_are_refused_however_they_are_written(tenant, name):
    assert refusal(tenant, user(), user("HUH", 2, user_name=name)) == [("user-name-duplicate", "HUH")]


def test_a_user_name_that_somebody_elsewhere_holds_is_refused(tenant):
    tenant.elsewhere = frozenset({"h.h@example.com"})
    assert refusal(tenant, user()) == [("user-name-taken", "HH")]


def test_an_overbooked_plan_is_refused_counting_the_seats_taken_elsewhere(tenant):
    users = user(plan="ServicePREM"), user("HUH", 2, "ServicePREM", "huh@example.com")
    assert refusal(tenant, *users) == [("plan-overbooked", "ServicePREM")]


def test_a_plan_that_does_not_exist_is_refused(tenant):
    assert refusal(tenant, user(plan="Imagined")) == [("plan-unknown", "Imagined")]


@pytest.mark.parametrize(("login", "number"), [("HH", 2), ("hh", 1), ("Nobody", 99)])
def test_a_user_that_the_database_does_not_know_is_refused(tenant, login, number):
    assert refusal(tenant, user(login, number)) == [("user-unknown", login)]


def test_users_without_a_table_of_users_are_refused(tenant):
    tenant.request = replace(tenant.request, users=(user(),))
    tenant.put_table("t", pa.table({"a": [1]}))
    with pytest.raises(VerificationFailedError) as caught:
        tenant.run()
    assert "associate" in caught.value.details[0].subject + caught.value.details[0].message


def test_a_plan_needs_a_user_name_and_a_user_name_a_plan(tenant):
    users = user(user_name=None), user("HUH", 2, None, "huh@example.com")
    assert refusal(tenant, *users) == [("user-name-missing", "HH"), ("user-plan-missing", "HUH")]


def test_a_login_must_not_be_decided_twice(tenant):
    assert ("user-duplicate", "HH") in refusal(tenant, user(), user(user_name="two@example.com"))


@pytest.mark.parametrize(
    ("which", "code"),
    [
        (address(text="h.h@example.com"), "address-differs"),
        (address(99), "address-differs"),
        (address(12, "other@example.com"), "address-kept"),
    ],
    ids=["another spelling", "no such row", "equals no user name"],
)
def test_an_address_that_is_not_what_was_announced_is_not_removed(tenant, which, code):
    assert refusal(tenant, user(), addresses=(which,)) == [(code, f"e-mail row {which.email_id}")]


def test_addresses_without_a_table_of_addresses_are_refused(tenant):
    tenant.put_table("associate", pa.table({"associate_id": [1], "name": ["HH"]}))
    tenant.request = replace(tenant.request, users=(user(),), removed_addresses=(address(),))
    with pytest.raises(VerificationFailedError) as caught:
        tenant.run()
    assert "no table of e-mail" in caught.value.details[0].message


def test_very_many_addresses_are_removed(tenant):
    count = 2_500
    tenant.put_crm()
    tenant.put_table("Email", pa.table({"email_id": range(count), "email_address": ["h.h@example.com"] * count}))
    gone = tuple(address(number, "h.h@example.com") for number in range(1, count))
    tenant.request = replace(tenant.request, users=(user(),), removed_addresses=gone)
    tenant.run()
    assert tenant.query("SELECT email_id FROM email") == [(0,)]
