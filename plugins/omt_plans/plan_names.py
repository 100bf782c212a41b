"""Which online plan a name stands for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from omt_core.api import UserPlan
from omt_crm.paths import fold


def folded(name: str) -> str:
    """Return a plan's name as it is compared: trimmed and without regard to case (W58).

    Letter by letter: a plan called "Maße" is not one called "MASSE", which would be another plan.
    """
    return fold(unicodedata.normalize("NFC", name.strip()))


class PlanNames:
    """The names in an online catalogue.

    A name that is spelt as online is that plan. Any other stands for the one plan that it equals when trimmed and
    without regard to case; when it equals several it stands for none, since which one is meant must not be guessed.
    """

    def __init__(self, catalogue: Iterable[UserPlan]) -> None:
        self._exact: dict[str, UserPlan] = {}
        self._folded: dict[str, list[UserPlan]] = {}
        for plan in catalogue:
            if plan.name not in self._exact:
                self._exact[plan.name] = plan
                self._folded.setdefault(folded(plan.name), []).append(plan)

    @property
    def plans(self) -> Sequence[UserPlan]:
        """The plans in the order of the catalogue, each name once."""
        return tuple(self._exact.values())

    def exact(self, name: str) -> UserPlan | None:
        """Return the plan that is spelt like this, or None."""
        return self._exact.get(name)

    def find(self, name: str) -> UserPlan | None:
        """Return the plan that this name stands for, or None."""
        similar = self._folded.get(folded(name), [])
        return self._exact.get(name) or (similar[0] if len(similar) == 1 else None)


def free_seats(plan: UserPlan) -> int:
    """Return how many users may be given this plan (W47: used / total)."""
    return max(0, plan.total - plan.used)
