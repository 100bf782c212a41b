"""The document is what the server does: same calls, valid, and the committed copy is current."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from omt_tenant.http.application import make_application
from omt_tenant.http.openapi import OPENAPI_PATH, openapi_document, openapi_text
from omt_tenant.tenant import Store

COPY = Path(__file__).parents[4] / "docs" / "reference" / "openapi.json"


@pytest.mark.anyio
async def test_the_document_has_exactly_the_calls_that_the_server_has(tmp_path):
    store = Store.open(tmp_path)
    try:
        application = make_application(store, completing=None)
    finally:
        store.close()
    served = {
        (route.method, re.sub(r"\{(\w+):[^/]*\}", r"{\1}", route.resource.canonical))
        for route in application.router.routes()
    }
    described = {(method.upper(), path) for path, calls in openapi_document()["paths"].items() for method in calls}
    assert served == described | {("GET", OPENAPI_PATH)}


def test_the_document_is_valid_openapi():
    validate(openapi_document())


def test_the_copy_in_the_reference_is_current():
    command = 'python -c "from omt_tenant.http.openapi import openapi_text as t; print(t(), end=str())"'
    assert COPY.read_text(encoding="utf-8") == openapi_text(), f"renew it: {command} > docs/reference/openapi.json"


def test_every_call_of_the_protocol_text_is_described():
    text = COPY.with_name("protocol.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:GET|POST|PUT|DELETE) (/v1/[^`]+)`", text))
    assert named <= {*openapi_document()["paths"], OPENAPI_PATH}


@pytest.mark.anyio
async def test_the_tenant_serves_the_document_to_everybody(connect):
    async with connect() as client:
        client.headers.clear()
        answer = await client.call("GET", "/v1/openapi.json")
        assert answer.json == json.loads(openapi_text())
