"""How hard the state machines try: alike on every machine by default, and as long as one likes when asked."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("OMT_TEST_EFFORT", "0"))
"""How many times as many examples as usual; 0 is the usual number, and the same ones each time."""


def tries(examples: int, steps: int) -> settings:
    """Return settings for so many examples of so many steps.

    `OMT_TEST_EFFORT=20 pytest tests/property --timeout=0` takes twenty times as many, and other ones each time; what
    fails is then printed as a program of steps, and found again by the same command (hypothesis keeps it in
    `.hypothesis`).
    """
    return settings(
        max_examples=examples * max(TIMES, 1),
        stateful_step_count=steps,
        derandomize=TIMES == 0,
        deadline=None,
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] - its own iteration
    )
