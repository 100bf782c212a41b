"""A tenant that only hands out the receipt and the manifest that it is given."""

from __future__ import annotations

from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def tenant_with(receipt: bytes, manifest: bytes, public_key: str):
    """A tenant that knows one migration, and hands out what it is given."""
    asked = []

    async def capabilities(_):
        limits = dict.fromkeys(
            ("bundle_bytes", "member_bytes", "chunk_bytes", "digests_per_request", "parallel_uploads"), 1
        )
        return web.json_response({"protocol": "1", "limits": limits, "tus": "1.0.0"})

    async def token(_):
        return web.json_response({"token": "t", "expires_in": 900})

    async def tenant(_):
        return web.json_response(
            {"tenant": "Cust12345", "state": "Running", "public_key": public_key, "migration": None}
        )

    async def file(request):
        asked.append(request.headers)
        return web.Response(body={"receipt": receipt, "manifest": manifest}[request.match_info["what"]])

    application = web.Application()
    application.router.add_get("/v1/capabilities", capabilities)
    application.router.add_post("/v1/tokens", token)
    application.router.add_get("/v1/tenant", tenant)
    application.router.add_get("/v1/migrations/m-1/{what}", file)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()
