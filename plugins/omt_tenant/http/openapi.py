"""The OpenAPI 3.1 document of the protocol, made from the table of routes and the models of bodies.

docs/reference/openapi.json is a copy of `openapi_text`; a test says how to renew it.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from pydantic.json_schema import models_json_schema

from omt_protocol.protocol_error import CHECKSUM_MISMATCH
from omt_tenant.http.bodies import Body, ErrorAnswer
from omt_tenant.http.routes import COMMON_ERRORS, PATH_PARAMETERS, ROUTES, Route
from omt_tenant.http.service import CLAIM_HEADER
from omt_tenant.http.tus_headers import CHUNK_TYPE
from omt_tenant.store.checksum import ALGORITHMS

OPENAPI_PATH = "/v1/openapi.json"
"""The one path that is not in the table, since the table is what it shows."""

Json = dict[str, object]

_HEADER_PATTERNS = {"Upload-Checksum": rf"^({'|'.join(ALGORITHMS)}) [A-Za-z0-9+/]+=*$"}

_REFERENCE = "#/components/schemas/{model}"


def openapi_document() -> Json:
    """Return the document as JSON has it."""
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OMT online protocol",
            "version": "1",
            "summary": "Moves an on-site CRM to a tenant: resumable, verified, provable.",
        },
        "servers": [{"url": ".."}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "sender": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Handed out for a claim; it stands for the header Omt-Claim too.",
                },
            },
        },
    }


def openapi_text() -> str:
    """Return the document as the copy in docs/reference has it."""
    return json.dumps(openapi_document(), indent=2, sort_keys=True) + "\n"


async def read_openapi(request: web.Request) -> web.StreamResponse:
    """Hand out the OpenAPI document of these calls."""
    del request
    return web.json_response(openapi_document())


def _operation(route: Route) -> Json:
    summary = inspect.getdoc(route.handler) or ""
    operation: Json = {
        "operationId": f"{route.handler.__name__}{_suffix(route)}",
        "summary": summary.splitlines()[0],
        "security": _security(route),
        "parameters": [*_path_parameters(route.path), *_headers(route)],
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": _schema(route.body)}}
    elif route.takes_chunk:
        operation["requestBody"] = {"content": {CHUNK_TYPE: {}}}
    return operation


def _security(route: Route) -> list[Json]:
    if not route.secured:
        return []
    return [{"token": []}, {"sender": []}] if route.senders else [{"token": []}]


def _suffix(route: Route) -> str:
    """Tell apart the operations of one handler that answers at several paths."""
    same = [other for other in ROUTES if other.handler is route.handler]
    return "" if len(same) == 1 else f"_{same.index(route) + 1}"


def _path_parameters(path: str) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_PARAMETERS[name]}$"},
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _headers(route: Route) -> Iterable[Json]:
    for names, required in ((route.headers, True), (route.optional_headers, False)):
        for name in names:
            needed = required and not (route.senders and name == CLAIM_HEADER)
            pattern = {"pattern": _HEADER_PATTERNS[name]} if name in _HEADER_PATTERNS else {}
            yield {"name": name, "in": "header", "required": needed, "schema": {"type": "string", **pattern}}


def _responses(route: Route) -> Json:
    success: Json = {"description": HTTPStatus(route.status).phrase}
    if route.answer is not None:
        success["content"] = {"application/json": _schema(route.answer)}
    elif route.answer_media is not None:
        success["content"] = {route.answer_media: {}}
    if route.answer_headers:
        success["headers"] = {name: {"schema": {"type": "string"}} for name in route.answer_headers}
    common = () if not route.secured else COMMON_ERRORS if route.senders else (*COMMON_ERRORS, HTTPStatus.FORBIDDEN)
    errors = sorted({*common, *route.errors})
    return {
        str(route.status): success,
        **{
            str(int(status)): {"description": _phrase(status), "content": {"application/json": _schema(ErrorAnswer)}}
            for status in errors
        },
    }


def _phrase(status: int) -> str:
    return "Checksum Mismatch" if status == CHECKSUM_MISMATCH else HTTPStatus(status).phrase


def _schema(model: type[Body]) -> Json:
    return {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}


def _schemas() -> Json:
    taken = {route.body for route in ROUTES if route.body is not None}
    answered: set[type[Body]] = {ErrorAnswer, *(route.answer for route in ROUTES if route.answer is not None)}
    uses: list[tuple[type[Body], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model in taken),
        *((model, "serialization") for model in answered),
    ]
    uses.sort(key=lambda use: use[0].__name__)
    _, definitions = models_json_schema(uses, ref_template=_REFERENCE)
    schemas: Json = definitions["$defs"]
    return dict(sorted(schemas.items()))
