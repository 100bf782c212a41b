"""What to simulate, and what may be planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from omt_core.api import quantity, sentence

Dbms = Literal["sqlite", "postgresql"]

DOCUMENT_PLANTS = (
    "missing-file", "blank-name", "no-appointment", "missing-associate", "wrong-case", "wrong-period", "unreadable",
    "zero-bytes", "hostile-name", "other-provider",
)  # fmt: skip
"""Each takes a document of its own."""

USER_PLANTS = ("duplicate-email", "invalid-email", "no-email", "email-on-other-card", "on-travel", "partner-module")
"""Each takes a user of its own, `duplicate-email` two. `partner-module`: a partner's licence with a plan's name."""

ONCE_PLANTS = ("no-admin-plan", "licence-change")
"""States of the whole installation: there or not, so their count is 1."""

OTHER_PLANTS = ("orphan", "over-plan", "satellite", "sentry-addon", "model-table-missing")

PLANTS = tuple(sorted((*DOCUMENT_PLANTS, *USER_PLANTS, *ONCE_PLANTS, *OTHER_PLANTS)))
"""All slugs of `omt simulate --plant`."""

MOST_USERS = 1_000_000
MOST_DOCUMENTS = 10_000_000
"""More would not fit into the memory of those who plan them, nor be a site that there is."""

MOST_PLANTED = 1_000_000
"""Of a plant that takes no user and no document of its own."""

UNPLANTED_USERS = 2
"""The first users, who are the administrators that a test logs in as, never carry a plant of their own."""


class SimulationError(ValueError):
    """The simulation asked for cannot be built; the text says why and what would be possible."""


@dataclass(frozen=True, slots=True)
class SimulationSpec:
    """One simulated installation: the same spec gives the same bytes and the same rows.

    `users` are active employees. `dsn` is an ODBC connection string, for `postgresql` only; the database it names must
    exist. `plants` maps a slug of `PLANTS` to how many are wanted. Raises SimulationError for what is impossible.
    """

    users: int = 40
    documents: int = 2000
    seed: int = 1
    dbms: Dbms = "sqlite"
    dsn: str | None = None
    plants: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.users < 1 or self.documents < 0:
            raise SimulationError(sentence("At least 1 user and 0 documents are needed."))
        if self.users > MOST_USERS or self.documents > MOST_DOCUMENTS:
            raise SimulationError(
                sentence(
                    "At most {users} and {documents} can be simulated.",
                    users=quantity(MOST_USERS, "user"),
                    documents=quantity(MOST_DOCUMENTS, "document"),
                )
            )
        if self.dbms not in {"sqlite", "postgresql"}:
            raise SimulationError(
                sentence("Unknown dbms {dbms}: sqlite and postgresql can be simulated.", dbms=repr(self.dbms))
            )
        if (self.dbms == "postgresql") != (self.dsn is not None):
            raise SimulationError(
                sentence("An ODBC connection string (dsn) is needed for postgresql, and for nothing else.")
            )
        self._check_plants()

    def count(self, slug: str) -> int:
        """How many of a plant are wanted."""
        return self.plants.get(slug, 0)

    def _check_plants(self) -> None:
        unknown = sorted(set(self.plants) - set(PLANTS))
        if unknown:
            raise SimulationError(
                sentence(
                    "Unknown plant {unknown}. Known plants: {known}.",
                    unknown=", ".join(unknown),
                    known=", ".join(PLANTS),
                )
            )
        for slug, count in self.plants.items():
            if count < 0 or (slug in ONCE_PLANTS and count > 1):
                raise SimulationError(
                    sentence(
                        "Plant {slug}={count}: the count must be 0 or 1."
                        if count > 0
                        else "Plant {slug}={count}: the count must be 0 or more.",
                        slug=slug,
                        count=count,
                    )
                )
            if count > MOST_PLANTED:
                raise SimulationError(
                    sentence(
                        "Plant {slug}={count}: at most {most:,} can be planted.",
                        slug=slug,
                        count=count,
                        most=MOST_PLANTED,
                    )
                )
        documents = sum(map(self.count, DOCUMENT_PLANTS))
        if documents > self.documents:
            raise SimulationError(
                sentence(
                    "{number} documents are to be planted on but only {documents} are simulated.",
                    number=documents,
                    documents=self.documents,
                )
            )
        users = sum(map(self.count, USER_PLANTS)) + self.count("duplicate-email")
        free = max(0, self.users - UNPLANTED_USERS)
        if users > free:
            raise SimulationError(
                sentence(
                    "{number} users are to be planted on but only {free} of {users} can be: the first {first} stay"
                    " as they are. Ask for more users.",
                    number=users,
                    free=free,
                    users=self.users,
                    first=UNPLANTED_USERS,
                )
            )


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was built. `truth` is the content of `truth.json`, which says what is planted where."""

    directory: Path
    spec: SimulationSpec
    truth: Mapping[str, Any]

    @property
    def answers(self) -> Path:
        """The answers file, ready but for the online side."""
        return self.directory / "answers.toml"

    @property
    def machine(self) -> Path:
        """The folder that stands for the machine: discovery's root."""
        return self.directory / "machine"

    @property
    def tenant_plans(self) -> str:
        """Plans for the tenant to offer, as `omt tenant serve --plans` takes them."""
        return str(self.truth["tenant_plans"])
