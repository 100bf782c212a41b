from __future__ import annotations

import threading

import anyio
import anyio.to_thread
import pytest

from omt_database.thread import ThreadLostError, WorkThread, pause, stoppable

pytestmark = pytest.mark.anyio


@pytest.fixture
def thread():
    made = WorkThread()
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


async def test_cancelled_work_is_interrupted_and_waited_for(thread):
    begun, stopped = threading.Event(), threading.Event()

    def work():
        with stoppable(stopped.set):
            begun.set()
            stopped.wait()

    with anyio.CancelScope() as scope:
        pending = thread.start(work)
        await anyio.to_thread.run_sync(begun.wait)
        scope.cancel()
        await pending.result()
    assert scope.cancelled_caught
    assert pending.done
    assert stopped.is_set()


async def test_work_that_is_about_to_begin_what_can_be_stopped_is_interrupted_then(thread):
    begun, goes_on, stopped = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        goes_on.wait()
        with stoppable(stopped.set):
            stopped.wait()

    async with anyio.create_task_group() as group:
        group.start_soon(thread.run, work)
        await anyio.to_thread.run_sync(begun.wait)
        group.cancel_scope.cancel()
        goes_on.set()
    assert stopped.is_set()


async def test_a_pause_ends_when_its_work_is_stopped(thread):
    begun = threading.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(thread.run, lambda: (begun.set(), pause(3_600)))
        await anyio.to_thread.run_sync(begun.wait)
        group.cancel_scope.cancel()
    assert not thread.lost


async def test_work_that_has_not_begun_is_withdrawn_and_nobody_elses_is_interrupted(thread):
    begun, ends, stopped, ran = (threading.Event() for _ in range(4))

    def work():
        with stoppable(stopped.set):
            begun.set()
            ends.wait()

    first = thread.start(work)
    await anyio.to_thread.run_sync(begun.wait)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await thread.run(ran.set)
    assert scope.cancelled_caught
    ends.set()
    await first.result()
    await thread.run(lambda: None)
    assert not ran.is_set()
    assert not stopped.is_set()


async def test_what_can_be_stopped_does_not_end_while_it_is_being_stopped(thread):
    begun, stopping, goes_on = threading.Event(), threading.Event(), threading.Event()
    order = []

    def stop():
        if not order:
            stopping.set()
            goes_on.wait()
            order.append("stopped")

    def work():
        with stoppable(stop):
            begun.set()
            stopping.wait()
            threading.Timer(0, goes_on.set).start()
        order.append("closed")

    with anyio.CancelScope() as scope:
        pending = thread.start(work)
        await anyio.to_thread.run_sync(begun.wait)
        scope.cancel()
        await pending.result()
    assert order == ["stopped", "closed"]


async def test_a_thread_that_was_given_up_and_comes_back_lets_go_and_does_nothing_that_was_asked_of_it():
    begun, ends, let_go, ran = (threading.Event() for _ in range(4))
    thread = WorkThread(let_go=let_go.set)
    thread.letting_go = 0.01

    def work():
        begun.set()
        ends.wait()

    with anyio.CancelScope() as scope:
        pending = thread.start(work)
        await anyio.to_thread.run_sync(begun.wait)
        thread.start(ran.set)
        scope.cancel()
        await pending.result()
    assert thread.lost
    assert not let_go.is_set()
    ends.set()
    assert await anyio.to_thread.run_sync(let_go.wait, 60)
    assert not ran.is_set()


async def test_what_is_closed_refuses_work_instead_of_keeping_it_waiting(thread):
    await thread.run(lambda: None)
    thread.close()
    with pytest.raises(RuntimeError, match="closed"):
        thread.start(lambda: None)


async def test_what_lets_go_of_nothing_is_given_up_with_its_thread():
    hangs, begun, rested = threading.Event(), threading.Event(), threading.Event()
    thread = WorkThread()
    thread.letting_go = 0.01

    def hang():
        begun.set()
        hangs.wait()

    with anyio.CancelScope() as scope:
        pending, behind = thread.start(hang), thread.start(rested.set)
        await anyio.to_thread.run_sync(begun.wait)
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
