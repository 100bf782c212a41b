"""The proxy does to a connection exactly what it was told, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from hypothesis import given
from hypothesis import strategies as st

from omt_core.testing.fault_proxy import FaultProxy, fault_proxy
from omt_core.testing.faults import BlackHole, Cut, Delay, Direction, Refuse, Reset, Throttle, random_faults

pytestmark = pytest.mark.anyio
CONTENT = bytes(range(256)) * 1_000


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that sends back what it gets. Yields its port, and what each connection has sent so far."""
    got: list[bytes] = []

    async def serve(stream: SocketStream) -> None:
        number = len(got)
        got.append(b"")
        async with stream:
            try:
                async for chunk in stream:
                    got[number] += chunk
                    await stream.send(chunk)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield listener.extra(SocketAttribute.local_port), got
        tasks.cancel_scope.cancel()


@contextlib.asynccontextmanager
async def bad_way(**options: int) -> AsyncIterator[tuple[FaultProxy, list[bytes]]]:
    async with echo() as (port, got), fault_proxy(port, **options) as proxy:
        yield proxy, got


async def exchange(proxy: FaultProxy, content: bytes = CONTENT) -> bytes:
    """Send the content, and return what came back until the connection ended. Raises what the reader met."""
    back = b""
    met: list[anyio.BrokenResourceError] = []
    async with await anyio.connect_tcp("127.0.0.1", proxy.port) as stream, anyio.create_task_group() as tasks:

        async def send() -> None:
            with contextlib.suppress(anyio.BrokenResourceError, OSError):
                await stream.send(content)
                await stream.send_eof()

        tasks.start_soon(send)
        try:
            async for chunk in stream:
                back += chunk
        except anyio.BrokenResourceError as error:
            met.append(error)
        tasks.cancel_scope.cancel()
    if met:
        raise met[0]
    return back


async def test_without_a_fault_everything_passes_unchanged() -> None:
    async with bad_way() as (proxy, got):
        assert await exchange(proxy) == CONTENT
        assert got == [CONTENT]
        assert proxy.connections == 1
        assert proxy.passed == dict.fromkeys(Direction, len(CONTENT))


@pytest.mark.parametrize("after", [0, 1, 70_000])
async def test_a_cut_lets_exactly_its_bytes_pass(after: int) -> None:
    async with bad_way() as (proxy, _):
        proxy.always(Cut(after=after))
        # Bytes that were still on their way turn the end into a reset.
        with anyio.fail_after(20), contextlib.suppress(anyio.BrokenResourceError):
            await exchange(proxy)
        assert proxy.passed[Direction.TO_SERVER] == after


async def test_a_reset_is_seen_as_an_error_in_the_middle_of_an_answer() -> None:
    async with bad_way() as (proxy, _):
        proxy.always(Reset(after=1_000, direction=Direction.TO_CLIENT))
        with pytest.raises(anyio.BrokenResourceError):
            await exchange(proxy)
        assert proxy.passed[Direction.TO_CLIENT] == 1_000


async def test_a_plan_gives_each_connection_its_own_fault() -> None:
    async with bad_way() as (proxy, _):
        proxy.plan([Reset(direction=Direction.TO_CLIENT), None])
        with pytest.raises(anyio.BrokenResourceError):
            await exchange(proxy)
        assert await exchange(proxy) == CONTENT
        assert await exchange(proxy) == CONTENT


async def test_while_it_refuses_no_connection_is_taken_and_the_port_stays() -> None:
    async with bad_way() as (proxy, _):
        port = proxy.port
        proxy.refuse()
        with pytest.raises(OSError, match="connect"):
            await exchange(proxy)
        proxy.accept()
        assert proxy.port == port
        assert await exchange(proxy) == CONTENT


async def test_a_black_hole_holds_the_bytes_until_it_heals() -> None:
    async with bad_way() as (proxy, got), anyio.create_task_group() as tasks:
        proxy.always(BlackHole(after=10))
        back: list[bytes] = []

        async def ask() -> None:
            back.append(await exchange(proxy))

        tasks.start_soon(ask)
        while not (got and len(got[0]) == 10):
            await anyio.lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()
        assert back == []
        proxy.heal()
        with anyio.fail_after(20):
            while not back:
                await anyio.lowlevel.checkpoint()
        assert back == [CONTENT]


async def test_connections_that_are_there_can_be_broken() -> None:
    async with bad_way() as (proxy, _), await anyio.connect_tcp("127.0.0.1", proxy.port) as stream:
        await stream.send(b"x")
        assert await stream.receive() == b"x"
        proxy.break_connections()
        with pytest.raises(anyio.BrokenResourceError):
            await stream.receive()


async def test_a_server_that_is_not_there_resets_the_client() -> None:
    async with bad_way() as (gone, _):
        gone.refuse()
        async with fault_proxy(gone.port) as proxy:
            with pytest.raises(anyio.BrokenResourceError):
                await exchange(proxy)


async def test_delay_and_throttle_change_nothing_but_the_pace() -> None:
    async with bad_way(seed=3) as (proxy, _):
        proxy.plan([Delay(seconds=0, jitter=0.001), Throttle(bytes_per_second=100_000_000)])
        assert await exchange(proxy) == CONTENT
        assert await exchange(proxy) == CONTENT


@pytest.mark.parametrize("after", [0, 10, 70_000])
async def test_a_refusal_is_answered_by_the_proxy_and_the_server_sees_no_more(after: int) -> None:
    async with bad_way() as (proxy, got):
        proxy.plan([Refuse(after=after, status=503, retry_after="7", page="<p>Busy</p>")])
        back = await exchange(proxy)
        head, _, page = back[back.index(b"HTTP/1.1") :].partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 7" in head
        assert page == b"<p>Busy</p>"
        assert CONTENT[:after].startswith(got[0])
        assert await exchange(proxy) == CONTENT


async def test_what_is_to_happen_at_a_byte_happens_there_once() -> None:
    async with bad_way() as (proxy, _):
        seen: list[int] = []
        for size in (1, 70_000, len(CONTENT) + 5):
            proxy.when_passed(size, lambda: seen.append(proxy.passed[Direction.TO_SERVER]))
        assert await exchange(proxy) == CONTENT
        assert seen == [1, 70_000]
        assert await exchange(proxy) == CONTENT
        assert seen == [1, 70_000, len(CONTENT) + 5]


async def test_what_is_to_happen_at_a_text_happens_before_it_passes() -> None:
    async with bad_way() as (proxy, got):
        proxy.when_said("GET /second", proxy.break_connections)
        proxy.when_said("GET /", proxy.break_connections, nth=3, direction=Direction.TO_CLIENT)
        assert await exchange(proxy, b"GET /first") == b"GET /first"
        with pytest.raises(anyio.BrokenResourceError):
            await exchange(proxy, b"GET /second")
        assert await exchange(proxy, b"GET /second") == b"GET /second"
        with pytest.raises(anyio.BrokenResourceError):
            await exchange(proxy, b"GET /third")
        assert got == [b"GET /first", b"", b"GET /second", b"GET /third"]


@given(seed=st.integers(), count=st.integers(min_value=0, max_value=20))
def test_a_seed_always_gives_the_same_faults(seed: int, count: int) -> None:
    faults = random_faults(seed, count, longest=100)
    assert faults == random_faults(seed, count, longest=100)
    assert len(faults) == count
    assert all(0 <= fault.after <= 100 for fault in faults)
