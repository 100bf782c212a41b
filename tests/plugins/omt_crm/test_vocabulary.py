from __future__ import annotations

from omt_crm import vocabulary


def test_id_ranges_follow_one_another():
    assert vocabulary.LAST_TRAVELLER + 1 == vocabulary.FIRST_SATELLITE_ID < vocabulary.FIRST_TRAVEL_ID


def test_all_person_phones_have_the_bit_and_company_phones_have_not():
    for kind in vocabulary.PhoneType:
        assert bool(kind & vocabulary.PERSON_PHONE_BIT) == (not kind.name.startswith("CONTACT"))
