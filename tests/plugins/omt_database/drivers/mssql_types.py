"""Every type of SQL Server with its edges: as T-SQL writes the values, and as they shall stand in the Parquet file.

`given` are the same values as mssql-python's reader gives them, by the source of its `FetchArrowBatch`: text and bytes
with offsets of 64 bits, numbers in the size of their type, a time of day in nanoseconds.
"""

# ruff: noqa: DTZ001 - the CRM's dates carry no zone
from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa

TEXT, BYTES = pa.large_string(), pa.large_binary()
MOMENT = pa.timestamp("us")


@dataclass(frozen=True, slots=True)
class Edge:
    """A column type, its values in T-SQL, what the reader gives for them, and what they are."""

    declared: str
    written: tuple[str, ...]
    given: pa.Array
    values: tuple[object, ...]

    @property
    def name(self) -> str:
        """The type without its length."""
        return self.declared.partition("(")[0]

    @property
    def length(self) -> int | None:
        """Its length as the catalogue tells it, -1 for max."""
        inside = self.declared.partition("(")[2].partition(")")[0]
        if self.name in {"decimal", "numeric", "time", "datetime2", "datetimeoffset"}:
            return None
        return -1 if inside == "max" else int(inside) if inside else None

    @property
    def digits(self) -> tuple[int, int] | None:
        """Precision and scale as the catalogue tells them."""
        if self.name in {"decimal", "numeric"}:
            precision, scale = self.declared.partition("(")[2].rstrip(")").split(",")
            return int(precision), int(scale)
        return {"money": (19, 4), "smallmoney": (10, 4)}.get(self.name)


def _edge(declared: str, kind: pa.DataType, *pairs: tuple[str, object], given: tuple[object, ...] = ()) -> Edge:
    values = tuple(value for _, value in pairs)
    return Edge(declared, tuple(written for written, _ in pairs), pa.array(given or values, kind), values)


def _point(system: int) -> bytes:
    """Return the point (1, 2) as SQL Server serializes it: its system, a version, that it is one valid point, both."""
    return struct.pack("<iBBdd", system, 1, 0x0C, 1, 2)


EDGES = (
    _edge("bit", pa.bool_(), ("1", True), ("0", False)),
    _edge("tinyint", pa.uint8(), ("0", 0), ("255", 255)),
    _edge("smallint", pa.int16(), ("-32768", -(2**15)), ("32767", 2**15 - 1)),
    _edge("int", pa.int32(), ("-2147483648", -(2**31)), ("2147483647", 2**31 - 1)),
    _edge("bigint", pa.int64(), ("-9223372036854775808", -(2**63)), ("9223372036854775807", 2**63 - 1)),
    _edge("real", pa.float32(), ("1.5", 1.5), ("-3.4028234663852886E38", -3.4028234663852886e38)),
    _edge("float", pa.float64(), ("0.1", 0.1), ("-1.7976931348623157E308", -1.7976931348623157e308)),
    _edge("decimal(38,10)", pa.decimal128(38, 10), ("-1234567890123456789012345678.0123456789",
          Decimal("-1234567890123456789012345678.0123456789")), ("0.0000000001", Decimal("0.0000000001"))),
    _edge("decimal(38,0)", pa.decimal128(38, 0), ("9" * 38, Decimal("9" * 38)), ("-" + "9" * 38,
          Decimal("-" + "9" * 38))),
    _edge("decimal(38,38)", pa.decimal128(38, 38), ("-0." + "9" * 38, Decimal("-0." + "9" * 38)),
          ("0." + "0" * 37 + "1", Decimal((0, (1,), -38)))),
    _edge("decimal(9,2)", pa.decimal128(9, 2), ("-9999999.99", Decimal("-9999999.99")), ("0", Decimal("0.00"))),
    _edge("numeric(18,0)", pa.decimal128(18, 0), ("999999999999999999", 10**18 - 1), ("-1", -1)),
    _edge("money", pa.decimal128(19, 4), ("-922337203685477.5808", Decimal("-922337203685477.5808")),
          ("0.0001", Decimal("0.0001"))),
    _edge("smallmoney", pa.decimal128(10, 4), ("214748.3647", Decimal("214748.3647"))),
    _edge("date", pa.date32(), ("'0001-01-01'", date(1, 1, 1)), ("'9999-12-31'", date(9999, 12, 31))),
    _edge("datetime", MOMENT, ("'1753-01-01'", datetime(1753, 1, 1)), ("'9999-12-31T23:59:59.997'",
          datetime(9999, 12, 31, 23, 59, 59, 997_000))),
    _edge("smalldatetime", MOMENT, ("'2079-06-06T23:59:00'", datetime(2079, 6, 6, 23, 59))),
    _edge("datetime2(6)", MOMENT, ("'0001-01-01'", datetime(1, 1, 1)),
          ("'9999-12-31T23:59:59.999999'", datetime(9999, 12, 31, 23, 59, 59, 999_999)),
          ("'1969-12-31T23:59:59.999999'", datetime(1969, 12, 31, 23, 59, 59, 999_999))),
    _edge("datetime2(0)", MOMENT, ("'2024-02-29T23:59:59'", datetime(2024, 2, 29, 23, 59, 59))),
    _edge("datetime2(7)", TEXT, ("'9999-12-31T23:59:59.9999999'", "9999-12-31 23:59:59.9999999"),
          ("'2024-02-29'", "2024-02-29 00:00:00.0000000")),
    _edge("time(6)", pa.time64("ns"), ("'00:00:00'", time()), ("'23:59:59.999999'", time(23, 59, 59, 999_999)),
          given=(0, 86_399_999_999_000)),
    _edge("time(0)", pa.time64("ns"), ("'23:59:59'", time(23, 59, 59)), given=(86_399_000_000_000,)),
    _edge("time(7)", TEXT, ("'23:59:59.9999999'", "23:59:59.9999999")),
    _edge("datetimeoffset(7)", TEXT, ("'2024-02-29T01:02:03.1234567+02:00'", "2024-02-29T01:02:03.1234567+02:00"),
          ("'0001-01-01T14:00:00-14:00'", "0001-01-01T14:00:00.000000-14:00")),
    _edge("datetimeoffset(0)", TEXT, ("'2024-02-29T01:02:03+05:30'", "2024-02-29T01:02:03.000000+05:30")),
    _edge("uniqueidentifier", TEXT, ("'550E8400-E29B-41D4-A716-446655440000'", "550e8400-e29b-41d4-a716-446655440000")),
    _edge("char(5)", TEXT, ("'a'", "a    ")),
    _edge("varchar(20)", TEXT, ("'blank  '", "blank  "), ("''", "")),
    _edge("varchar(20) COLLATE Latin1_General_CI_AS", TEXT, ("N'€ß'", "€ß")),
    _edge("varchar(20) COLLATE Cyrillic_General_CI_AS", TEXT, ("N'Жук'", "Жук")),
    _edge("varchar(max)", TEXT, ("REPLICATE(CAST('x' AS varchar(max)), 70000)", "x" * 70_000), ("''", "")),
    _edge("text", TEXT, ("'old'", "old")),
    _edge("nchar(3)", TEXT, ("N'Å'", "Å  ")),
    _edge("nvarchar(20)", TEXT, ("N'Å😀 名'", "Å😀 名"), ("N'-'", "-"), ("N'a' + NCHAR(0) + N'b'", "a\0b")),
    _edge("nvarchar(max)", TEXT, ("REPLICATE(CAST(N'😀' AS nvarchar(max)), 40000)", "😀" * 40_000), ("N''", ""),
          ("N' blank '", " blank ")),
    _edge("ntext", TEXT, ("N'ål'", "ål")),
    _edge("sysname", TEXT, ("N'name'", "name")),
    _edge("xml", TEXT, ("N'<a>Å</a>'", "<a>Å</a>")),
    _edge("sql_variant", TEXT, ("CAST(-7 AS int)", "-7"), ("N'x'", "x")),
    _edge("binary(4)", BYTES, ("0x00FF", b"\x00\xff\x00\x00")),
    _edge("varbinary(max)", BYTES, ("0x", b""), ("CAST(REPLICATE(CAST('y' AS varchar(max)), 70000) AS varbinary(max))",
          b"y" * 70_000)),
    _edge("varbinary(20)", BYTES, ("0x0000", b"\0\0"), ("0x", b"")),
    _edge("image", BYTES, ("0x89504E47", b"\x89PNG")),
    _edge("geometry", BYTES, ("geometry::Point(1, 2, 0)", _point(0))),
    _edge("geography", BYTES, ("geography::Point(1, 2, 4326)", _point(4_326))),
    _edge("hierarchyid", BYTES, ("hierarchyid::Parse('/1/')", b"\x58")),
)  # fmt: skip
"""`rowversion` is not here: the server makes its values."""
