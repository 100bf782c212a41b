"""The database's rows about itself: licence owner, Travel state, preferences, events, dictionary and sequences."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

from omt_simulator.chance import TODAY, stream
from omt_simulator.database.schema import Table
from omt_simulator.database.writer import Database
from omt_simulator.people.users import SimulatedUser
from omt_simulator.spec import SimulationSpec
from omt_simulator.truth import Truth
from omt_simulator.words import OWN_COMPANIES

PRODUCT_VERSION = "8.5.7458"
SCHEMA_VERSION = 888
"""company.version of databases since 8.1 (crm.md section 2)."""

SEQUENCE_OFFSET = 10
"""sequence.id is the table's number plus ten; the first ten belong to the dictionary."""

DICTIONARY = (
    "ConceptualDatabase",
    "ConceptualTable",
    "ConceptualField",
    "PhysicalSchema",
    "PhysicalDatabase",
    "PhysicalTable",
    "PhysicalField",
    "DicIndex",
    "IndexField",
    "Relationship",
)
"""Tables -1 to -10. Since 8.1 they have a sequence only: the dictionary itself is in DatabaseModel."""

SENTRY_SECTION = "SentryAddonNames"
SYSTEM_WIDE, INDIVIDUAL = 2, 5
DATABASE_SCOPE = 2
ENCRYPTED_NO = 0


def serial_number(seed: int) -> str:
    """Return the licence's serial number."""
    return f"10{seed % 10**8:08d}"


def changed_serial_number(seed: int) -> str:
    """Return the serial number after the plant `licence-change`."""
    return f"20{seed % 10**8:08d}"


def write_system_rows(spec: SimulationSpec, database: Database, users: Sequence[SimulatedUser], truth: Truth) -> None:
    """Write all but the sequences, which come last."""
    owner = OWN_COMPANIES[0][0]
    database.append(
        "company",
        version=SCHEMA_VERSION,
        revision=1,
        ownerContactName=owner,
        ownerContactId=1,
        dbContactName=owner,
        dbContactId=1,
        serialNo=serial_number(spec.seed),
        extraInfo=PRODUCT_VERSION,
    )
    tag = f"{stream(spec.seed, 'database tag').getrandbits(128):032X}"
    database.append("travelcurrent", current_id=0, central_id=0, dbTag=tag, parentDbTag=tag, centralDbTag=tag)
    database.append(
        "SystemEvent",
        scope=DATABASE_SCOPE,
        owner=0,
        eventkey="kSEFreetextRebuild",
        eventmess="Fritekstindeks bygges",
        eta=TODAY,
    )
    _write_preferences(database, users)
    _write_state_plants(spec, database, users, truth)
    _write_model(spec, database, truth)


def _write_preferences(database: Database, users: Sequence[SimulatedUser]) -> None:
    for section, key, name in (
        ("Functions", "UseMail", "Mail"),
        ("Visual", "Theme", "Theme"),
        ("Mail", "Signature", "Signature"),
    ):
        database.append("PrefDesc", prefsection=section, prefkey=key, name=name, maxLevel=INDIVIDUAL)
        database.append(
            "UserPreference",
            deflevel=SYSTEM_WIDE,
            maxlevel=INDIVIDUAL,
            owner_id=0,
            prefsection=section,
            prefkey=key,
            prefvalue="",
        )
    for user in users:
        database.append(
            "UserPreference",
            deflevel=INDIVIDUAL,
            maxlevel=INDIVIDUAL,
            owner_id=user.associate_id,
            prefsection="Mail",
            prefkey="Signature",
            prefvalue=f"Mvh {user.first_name} 😀" if user.associate_id % 2 else None,
        )


def _write_state_plants(spec: SimulationSpec, database: Database, users: Sequence[SimulatedUser], truth: Truth) -> None:
    for user in users:
        if user.plant == "on-travel":
            row = database.append("traveller", travel_id=user.associate_id, systemlevel=1, generatedtime=TODAY)
            truth.plant("on-travel", user.login, login=user.login, associate_id=user.associate_id, traveller_id=row)
    for number in range(1, spec.count("satellite") + 1):
        area = database.append("area", name=f"Satellitt {number}")
        row = database.append("satellite", area_id=area, contact_id=1, DSN=f"SOSAT{number}")
        truth.plant("satellite", row, satellite_id=row, name=f"Satellitt {number}")
    for number in range(1, spec.count("sentry-addon") + 1):
        row = database.append(
            "UserPreference",
            deflevel=SYSTEM_WIDE,
            maxlevel=SYSTEM_WIDE,
            prefsection=SENTRY_SECTION,
            prefkey=f"Plugin{number}",
            prefvalue=f"Nordlys.Sentry{number}",
        )
        truth.plant("sentry-addon", row, userpreference_id=row, program=f"Nordlys.Sentry{number}")


def _described(table: Table) -> dict[str, object]:
    fields = [{"Name": c.name, "Type": c.type, "Length": c.length, "Nullable": c.nullable} for c in table.columns]
    return {"Name": table.name, "Id": table.number, "Creator": "SuperOffice", "LastStep": "SoCdd", "Fields": fields}


def _write_model(spec: SimulationSpec, database: Database, truth: Truth) -> None:
    """ModelData's compression and layout are not documented (ND): gzip, and JSON with `Tables` that have a `Name`."""
    tables = [_described(table) for table in database.tables.values()]
    for number in range(1, spec.count("model-table-missing") + 1):
        name = f"OldAddOn{number}"
        tables.append({"Name": name, "Id": 9000 + number, "Creator": "AddOn", "LastStep": "1", "Fields": []})
        truth.plant("model-table-missing", name, table=name)
    model = json.dumps({"Name": "SoCdd", "Version": SCHEMA_VERSION, "Tables": tables}, ensure_ascii=False)
    database.append(
        "DatabaseModel",
        ModelVersion=f"SoCdd {SCHEMA_VERSION} {PRODUCT_VERSION}",
        IsDatabaseUnicode=1,
        ModelData=gzip.compress(model.encode(), mtime=0),
    )


def write_sequences(database: Database) -> None:
    """One row per table with the next free id; the last rows to be written."""
    rows = [(SEQUENCE_OFFSET - number, -number, name) for number, name in enumerate(DICTIONARY, start=1)]
    rows += [(SEQUENCE_OFFSET + table.number, table.number, table.name) for table in database.tables.values()]
    last = max(key for key, _, _ in rows)
    for key, number, name in rows:
        following = last + 1 if name == "sequence" else database.highest[name] + 1
        database.add("sequence", key, next_id=following, TableName=name, TableNumber=number)
