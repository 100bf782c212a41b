"""`schemas/`: JSON Schema of everything that a program may read or write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from omt_core.answers.file import NO_KEYS, Answers
from omt_core.api import Event, events
from omt_core.api.events import HookCalled, StageProgress
from omt_core.engine.result import FindingLine, Result
from omt_protocol.receipt.header import ReceiptHeader
from omt_report.document import ReportDocument

VERSION = 1
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_BESIDE = {"time": {"description": "When it happened, in UTC.", "format": "date-time", "type": "string"}}
_NUMBER_OR_NOT_KNOWN = {"anyOf": [{"type": "number"}, {"type": "null"}]}
_BESIDE_PROGRESS = {
    "rate": {"description": "Bytes per second over the line, of all rows.", **_NUMBER_OR_NOT_KNOWN},
    "time_left": {"description": "Seconds until all rows are done.", **_NUMBER_OR_NOT_KNOWN},
}
_MADE_FROM = {
    "template": "What `{}` was made from, if by a template, so that it can be said in another language.",
    "parameters": "What was put into the template of `{}`.",
}


def pages() -> Mapping[str, str]:
    """Return all schemas."""
    schemas = {
        "answers": _answers(),
        "events": _events(),
        "receipt": _receipt(),
        "report": ReportDocument.model_json_schema(mode="serialization"),
        "result": Result.model_json_schema(mode="serialization"),
    }
    return {
        f"schemas/{name}.json": json.dumps(
            {"$schema": _DRAFT, "$id": f"urn:omt:schema:{name}:{VERSION}", **schema}, indent=2, ensure_ascii=False
        )
        + "\n"
        for name, schema in schemas.items()
    }


def _answers() -> dict[str, Any]:
    schema = Answers.model_json_schema()
    for name in NO_KEYS:
        del schema["properties"][name]
    return schema


def _events() -> dict[str, Any]:
    """Return the schema of one line of `--json` that is an event: the fields, `event` with the kind, and those beside.

    Hook calls go to the log alone.
    """
    kinds = [
        cls
        for cls in vars(events).values()
        if isinstance(cls, type) and issubclass(cls, Event) and cls not in {Event, HookCalled}
    ]
    choices, definitions = [], {}
    for cls in sorted(kinds, key=lambda cls: cls.kind):
        schema = TypeAdapter(cls).json_schema(mode="serialization")
        definitions.update(schema.pop("$defs", {}))
        more = {**_BESIDE, **(_BESIDE_PROGRESS if cls is StageProgress else {})}
        own = schema.get("properties", {})
        schema["properties"] = {"event": {"const": cls.kind}, **own, **_made_from(own), **more}
        schema["required"] = ["event", *schema.get("required", []), *more]
        choices.append(schema)
    line = FindingLine.model_json_schema(mode="serialization")
    definitions.update(line.pop("$defs", {}))
    return {"title": "Event", "oneOf": choices, "$defs": {**definitions, "Finding": line}}


def _made_from(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands beside the fields that are sentences."""
    types = {"template": {"type": "string"}, "parameters": {"type": "object"}}
    return {
        f"{'' if name == 'message' else f'{name}_'}{part}": {**types[part], "description": words.format(name)}
        for name in ("message", "title", "detail")
        if name in fields
        for part, words in _MADE_FROM.items()
    }


def _receipt() -> dict[str, Any]:
    header = ReceiptHeader.model_json_schema(mode="serialization")
    definitions = header.pop("$defs", {})
    return {
        "title": "Receipt",
        "description": "A signed receipt; docs/reference/receipt.md says how it is made and checked.",
        "type": "object",
        "properties": {
            "header": {"$ref": "#/$defs/ReceiptHeader"},
            "signature": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
        },
        "required": ["header", "signature"],
        "additionalProperties": False,
        "$defs": {"ReceiptHeader": header, **definitions},
    }
