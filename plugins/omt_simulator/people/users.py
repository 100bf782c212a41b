"""Who works here: the employees, decided before anything is written, since everything else refers to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from omt_simulator.chance import stream
from omt_simulator.spec import UNPLANTED_USERS, USER_PLANTS, SimulationSpec
from omt_simulator.words import FIRST_NAMES, GROUPS, HOSTILE_LAST_NAMES, LAST_NAMES, OWN_COMPANIES

ADMINISTRATOR = "HH"
"""The login in answers.toml: a General administrator."""

ROLE_ADMINISTRATOR, ROLE_USER_ADMINISTRATOR, ROLE_DECOY = 1, 8, 9
"""Roles by id. The decoy is called "User Administrator" and has no right to be one: names prove nothing."""

NATIONAL_INITIALS = "ÅØÜÞ"
NATIONAL_FIRST_NAMES = tuple(name for name in FIRST_NAMES if name[0][0] in NATIONAL_INITIALS)
"""Users whose logins, and so their folders, begin with a letter that ASCII lacks."""

PLAN_SHARES = (("ten-sales", 10), ("ten-service", 5), ("ten-marketing", 2), ("ten-salesservicemarketing", 3))
"""On-site plans (code names, crm.md section 5) and how many of twenty users have each."""

ADMINISTRATORS_PLAN = "ten-salesservicemarketing"


@dataclass(frozen=True, slots=True)
class SimulatedUser:
    """One associate of type 0 (employee). `emails` are in rank order; `plant` is the slug carried, or None."""

    associate_id: int
    person_id: int
    login: str
    first_name: str
    last_name: str
    company: int
    group: int
    role: int
    position: int
    emails: tuple[str, ...]
    plan: str | None
    retired: bool = False
    plant: str | None = None

    @property
    def administrator(self) -> bool:
        """Whether the role holds admin-all or admin-users (crm.md section 3)."""
        return not self.retired and self.role in {ROLE_ADMINISTRATOR, ROLE_USER_ADMINISTRATOR}


def employees(spec: SimulationSpec) -> list[SimulatedUser]:
    """Return the active employees in order of their associate ids, HH first, and then the retired ones."""
    taken: set[str] = set()
    everyone = [_employee(spec, number, taken) for number in range(1, spec.users + max(2, spec.users // 10) + 1)]
    for user, slug in zip(_free_users(spec), _user_plants(spec), strict=False):
        everyone[user] = replace(everyone[user], plant=slug)
    return _plant_on_cards(everyone)


def _employee(spec: SimulationSpec, number: int, taken: set[str]) -> SimulatedUser:
    chance = stream(spec.seed, "employee", number)
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    if number == 1:
        first, last = ("Hanne", "hanne"), ("Hansen", "hansen")
    elif number % 7 == 3:  # noqa: PLR2004
        first = chance.choice(NATIONAL_FIRST_NAMES)
    elif number % 11 == 7:  # noqa: PLR2004
        last = HOSTILE_LAST_NAMES[number // 11 % len(HOSTILE_LAST_NAMES)]
    login = _login(first[0], first[1], last[1], taken, number)
    company = 1 + (chance.random() < 0.3) + (chance.random() < 0.1)  # noqa: PLR2004
    local, domain = f"{first[1]}.{last[1]}", OWN_COMPANIES[company - 1][1]
    emails = [f"{local}.{number}@{domain}"]
    if chance.random() < 0.4:  # noqa: PLR2004
        emails.append(f"{login.casefold()}{number}@{domain}" if login.isascii() else f"{local}{number}@{domain}")
    if chance.random() < 0.2:  # noqa: PLR2004
        emails.append(f"{local}{number}@private.example.org")
    if number % 17 == 4:  # noqa: PLR2004
        emails.append(f"post{number}@blåbær.example.org")
    retired = number > spec.users
    role = _role(number)
    plan = None if retired else _plan(spec, number, role)
    return SimulatedUser(
        associate_id=number,
        person_id=number,
        login=login,
        first_name=first[0],
        last_name=last[0],
        company=company,
        group=1 + (number - 1) % len(GROUPS),
        role=role,
        position=1 + number % 8,
        emails=tuple(emails),
        plan=plan,
        retired=retired,
    )


def _login(first: str, first_ascii: str, last_ascii: str, taken: set[str], number: int) -> str:
    """Return initials as the product proposes them; some keep their national letter, some are in lower case."""
    base = (first_ascii[0] + last_ascii[0]).upper()
    if first[0] in NATIONAL_INITIALS:
        base = first[0] + base[1]
    if number % 13 == 5:  # noqa: PLR2004
        base = (first_ascii[:2] + last_ascii[:2]).lower()
    login, attempt = base, 1
    while login.casefold() in taken:
        attempt += 1
        login = f"{base}{attempt}"
    taken.add(login.casefold())
    return login


def _role(number: int) -> int:
    if number == 1 or number % 60 == 0:
        return ROLE_ADMINISTRATOR
    if number == 2 or number % 45 == 0:  # noqa: PLR2004
        return ROLE_USER_ADMINISTRATOR
    return ROLE_DECOY if number % 9 == 3 else 2 + number % 5  # noqa: PLR2004


def _plan(spec: SimulationSpec, number: int, role: int) -> str | None:
    if role in {ROLE_ADMINISTRATOR, ROLE_USER_ADMINISTRATOR}:
        return None if spec.count("no-admin-plan") else ADMINISTRATORS_PLAN
    place = number % 20
    for plan, share in PLAN_SHARES:
        place -= share
        if place < 0:
            return plan
    return None


def _free_users(spec: SimulationSpec) -> list[int]:
    positions = list(range(UNPLANTED_USERS, spec.users))
    stream(spec.seed, "planted users").shuffle(positions)
    return positions


def _user_plants(spec: SimulationSpec) -> Iterator[str]:
    for slug in USER_PLANTS:
        yield from [slug] * (spec.count(slug) * (2 if slug == "duplicate-email" else 1))


INVALID_ADDRESSES = (
    "no-at-sign.example.com",
    "two@@example.com",
    "space in@example.com",
    "nodot@localhost",
    "@example.com",
    "trailing@",
)


def _plant_on_cards(everyone: list[SimulatedUser]) -> list[SimulatedUser]:
    planted = partners = 0
    waiting: SimulatedUser | None = None
    for place, user in enumerate(everyone):
        if user.plant == "no-email":
            everyone[place] = replace(user, emails=())
        elif user.plant == "invalid-email":
            everyone[place] = replace(user, emails=(INVALID_ADDRESSES[planted % len(INVALID_ADDRESSES)],))
            planted += 1
        elif user.plant == "duplicate-email" and waiting is None:
            waiting = user
        elif user.plant == "duplicate-email" and waiting is not None:
            # The second of a pair has the same address in other case, which is still the same mailbox.
            everyone[place] = replace(user, emails=(waiting.emails[0].upper(), *user.emails[1:]))
            waiting = None
        elif user.plant == "partner-module":
            # In turns one without a plan and one with another plan than the partner's module is called like.
            everyone[place] = replace(user, plan=(None, ADMINISTRATORS_PLAN)[partners % 2])
            partners += 1
    return everyone
