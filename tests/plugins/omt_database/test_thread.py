from __future__ import annotations

import threading

import anyio
import anyio.to_thread
import pytest

from omt_database.thread import ThreadLostError, WorkThread

pytestmark = pytest.mark.anyio


@pytest.fixture
def thread():
    made = WorkThread(interrupt=lambda: None)
    yield made
    made.close()


async def test_all_work_runs_on_one_thread_that_is_not_the_loops(thread):
    threads = {await thread.run(threading.get_ident) for _ in range(10)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_work_that_is_done_at_once_never_blocks_the_loop(thread):
    # A callback of the future would, whenever the work ended before the callback was added.
    with anyio.fail_after(60):
        assert [await thread.run(lambda number=number: number) for number in range(2_000)] == list(range(2_000))


async def test_an_error_comes_out_where_the_result_is_waited_for(thread):
    pending = thread.start(lambda: 1 // 0)
    await pending.settled()
    with pytest.raises(ZeroDivisionError):
        await pending.result()


async def test_cancelled_work_is_interrupted_and_waited_for():
    stopped = threading.Event()
    thread = WorkThread(interrupt=stopped.set)
    with anyio.CancelScope() as scope:
        pending = thread.start(stopped.wait)
        scope.cancel()
        await pending.result()
    assert scope.cancelled_caught
    assert stopped.is_set()
    thread.close()


async def test_what_lets_go_of_nothing_is_given_up_with_its_thread():
    hangs, rested = threading.Event(), threading.Event()
    thread = WorkThread()
    thread.letting_go = 0.01
    with anyio.CancelScope() as scope:
        pending, behind = thread.start(hangs.wait), thread.start(rested.set)
        scope.cancel()
        await pending.result()
    assert scope.cancelled_caught
    for lost in (pending, behind, thread.start(rested.set)):
        with pytest.raises(ThreadLostError):
            await lost.result()
    hangs.set()


async def test_the_wait_may_be_shorter_than_the_work():
    ends = threading.Event()
    thread = WorkThread()
    pending = thread.start(ends.wait)
    assert not await pending.over(0.001)
    ends.set()
    assert await pending.over(60)
    thread.close()


async def test_a_thread_that_has_nothing_to_do_rests():
    rested = threading.Event()
    thread = WorkThread(rest=rested.set, resting=0.001)
    await thread.run(lambda: None)
    assert await anyio.to_thread.run_sync(rested.wait, 60)
    thread.close()
