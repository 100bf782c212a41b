"""The list tables that other rows refer to: countries, businesses, categories, positions, tasks, applications."""

from __future__ import annotations

from omt_simulator.database.writer import Database
from omt_simulator.words import (
    APPLICATIONS,
    BUSINESSES,
    CATEGORIES,
    COUNTRIES,
    GROUPS,
    POSITIONS,
    PRIORITIES,
    TASKS,
)

TASK_RECORD_TYPE_DOCUMENT = 2
SIMPLE_LISTS = (
    ("Business", BUSINESSES),
    ("Category", CATEGORIES),
    ("PersPos", POSITIONS),
    ("Priority", PRIORITIES),
    ("UserGroup", GROUPS),
)


def write_lists(database: Database) -> None:
    """Fill them; ids count from 1 in the order of the words."""
    for table, names in SIMPLE_LISTS:
        for rank, name in enumerate(names, start=1):
            database.append(table, name=name, rank=rank, tooltip=f"{name} …")
    for name in TASKS:
        database.append("Task", name=name, record_type=TASK_RECORD_TYPE_DOCUMENT)
    for name, program in APPLICATIONS:
        database.append("ExtApp", name=name, filename=program)
    for rank, (name, english, code, iso) in enumerate(COUNTRIES, start=1):
        database.append("country", name=name, english_name=english, abbrev2=code, isoNumber=iso, rank=rank)
    zone = database.append(
        "TZLocation",
        countryId=1,
        locationCode="NO-01",
        regionName="Europe/Oslo",
        cities="Oslo, Bergen, Trondheim, Tromsø",
        shortName="Oslo",
        isBuiltIn=1,
        isActive=1,
    )
    database.append("BaseTZLocation", TZLocation_id=zone, databaseId=0, description="Oslo")
