"""Answers come in order, and no more is taken up than can wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from omt_protocol.side_by_side import side_by_side


def test_answers_come_in_the_order_of_the_things_whoever_is_done_first() -> None:
    second = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second.wait(60)
        if number == 1:
            second.set()
        return 10 * number

    assert list(side_by_side(work, range(9), threads=2)) == [(number, 10 * number) for number in range(9)]


def test_things_are_taken_up_as_answers_are_taken_and_not_all_at_once() -> None:
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    answers = side_by_side(abs, things(), threads=3)
    assert next(answers) == (0, 0)
    assert len(taken) == 4
    answers.close()
    assert len(taken) == 4


def test_what_is_raised_is_raised_where_the_answer_would_come() -> None:
    answers = side_by_side(lambda number: 1 // number, [1, 0, 1], threads=2)
    assert next(answers) == (1, 1)
    with pytest.raises(ZeroDivisionError):
        next(answers)
