"""Tables and columns that a customer added: no schema knows them, and their values are the odd ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from omt_simulator.database.schema import BEGINNING_OF_TIME, Column, Table, Value, with_columns
from omt_simulator.database.writer import Database

EQUIPMENT = "y_equipment"
FIRST_CUSTOMER_TABLE = 5001
"""Customer tables get numbers that differ per database (crm.md section 2)."""

END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001
ROWS_OF_EACH_KIND = 10


def _columns(*columns: tuple[str, str, int | None]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, length, kind != "PK", None) for name, kind, length in columns)


EQUIPMENT_COLUMNS = _columns(
    ("id", "PK", None),
    ("x_name", "String", 255),
    ("x_serial", "String", 36),
    ("x_bought", "DateTime", None),
    ("x_price", "Decimal", None),
    ("x_weight", "Double", None),
    ("x_counter", "BigInt", None),
    ("x_notes", "Clob", None),
    ("x_image", "Blob", None),
    ("x_active", "Bool", None),
)
ODD_ROWS: tuple[Mapping[str, Value], ...] = (
    {
        "x_name": None,
        "x_notes": None,
        "x_image": None,
        "x_bought": None,
        "x_price": None,
        "x_weight": None,
        "x_counter": None,
    },
    {
        "x_name": "",
        "x_notes": "",
        "x_image": b"",
        "x_bought": BEGINNING_OF_TIME,
        "x_price": Decimal(0),
        "x_weight": 0.0,
    },
    {"x_name": " leading and trailing ", "x_bought": END_OF_TIME, "x_price": Decimal("99999999999999.9999")},
    {"x_name": "Pumpe 🚒 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧", "x_image": b"\x00\x01\x00\xff\x00", "x_price": Decimal("-0.0001")},
    {"x_name": "e\u0301 is not é", "x_counter": 9223372036854775807, "x_weight": 1e308},
    {"x_name": "line\r\nbreak\tand tab", "x_counter": -9223372036854775808, "x_weight": 5e-324},
    {"x_name": "Ωμέγα; DROP TABLE y_equipment;--", "x_weight": 0.1, "x_price": Decimal("1234.5600")},
    {"x_name": "x" * 255, "x_notes": "Langt notat, æøå 漢字 " * 4000, "x_image": bytes(range(256)) * 300},
)


def with_customer_tables(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Return the vendor's tables, `y_equipment`, and the extra column `x_score` on contact."""
    extended = with_columns(tables, "contact", [Column("x_score", "Decimal", None, nullable=True, references=None)])
    extended[EQUIPMENT] = Table(EQUIPMENT, FIRST_CUSTOMER_TABLE, "id", EQUIPMENT_COLUMNS)
    return extended


def write_customer_tables(database: Database) -> None:
    """Fill `y_equipment`, and register it where Customer Service keeps such tables."""
    for round_number in range(ROWS_OF_EACH_KIND):
        for values in ODD_ROWS:
            number = database.highest[EQUIPMENT] + 1
            guid = f"{number:08X}-0000-4000-8000-{round_number:012x}"
            database.add(EQUIPMENT, number, x_serial=guid, x_active=number % 2, **values)
    table = database.append("extra_tables", table_name=EQUIPMENT, name="Utstyr", table_number=FIRST_CUSTOMER_TABLE)
    for position, column in enumerate(EQUIPMENT_COLUMNS[1:], start=1):
        database.append(
            "extra_fields", extra_table=table, field_name=column.name, name=column.name[2:], order_pos=position
        )
    database.append("extra_fields", field_name="x_score", name="Poeng", order_pos=1)
