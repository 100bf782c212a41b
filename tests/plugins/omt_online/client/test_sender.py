"""What sends for another process takes each pass that it asked for, and says the token of none."""

from __future__ import annotations

import pytest
from aiohttp import web

from omt_core.api import SECRETS, SenderPass, TransferLimits
from omt_core.testing.recording import RecordingContext
from omt_online.client import ClientSettings
from omt_online.client.sender import sender
from tests.plugins.omt_online.client.test_failures import answering

pytestmark = pytest.mark.anyio

LIMITS = TransferLimits(bundle_bytes=1, member_bytes=1, chunk_bytes=1, digests_per_request=1, parallel_uploads=1)


async def test_the_first_pass_is_the_one_that_is_shown_and_it_is_a_secret_at_once() -> None:
    given: list[str] = []
    shown: list[str] = []

    async def tenant(request: web.BaseRequest) -> web.Response:
        shown.append(request.headers["Authorization"])
        return web.Response(headers={"Tus-Version": "1.0.0", "Tus-Extension": "creation"})

    async with answering(tenant) as url:

        async def passes() -> SenderPass:
            given.append(f"pass-{len(given)}-of-a-sender")
            return SenderPass(migration="m", address=url, limits=LIMITS, token=given[-1], seconds=1_000.0)

        async with sender(ClientSettings(), passes, RecordingContext(None)):
            hidden = SECRETS.hide(f"token {given[0]}")
    assert shown == ["Bearer pass-0-of-a-sender"]
    assert len(given) == 1
    assert given[0] not in hidden
