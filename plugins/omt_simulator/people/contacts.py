"""Companies, persons and associates, with their addresses, numbers, photos and credentials."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from omt_simulator.chance import TODAY, stream
from omt_simulator.database.writer import Database
from omt_simulator.people.passwords import CREDENTIAL_TYPE, password_of, secret_of
from omt_simulator.people.portrait import portrait
from omt_simulator.people.roles import ROLE_ANONYMOUS, ROLE_EXTERNAL, ROLE_SYSTEM
from omt_simulator.people.users import SimulatedUser
from omt_simulator.spec import SimulationSpec
from omt_simulator.truth import Truth
from omt_simulator.words import (
    BUSINESSES,
    CATEGORIES,
    COMPANY_ENDINGS,
    COMPANY_NAMES,
    COUNTRIES,
    FIRST_NAMES,
    HOSTILE_LAST_NAMES,
    LAST_NAMES,
    OWN_COMPANIES,
    TITLES,
)

RESOURCE, EXTERNAL, ANONYMOUS, SYSTEM = 1, 4, 7, 13
"""associate.type of those who are not employees (crm.md section 3)."""

DIRECT, PRIVATE, MOBILE, COMPANY_PHONE = 16385, 16388, 16389, 1
"""phone.ptype_idx."""

PERSONS_PER_CUSTOMER = 2
EXTERNALS = 3
VALID_FROM = datetime(2016, 1, 1)  # noqa: DTZ001
VALID_TO = datetime(2099, 12, 31, 23, 59, 59)  # noqa: DTZ001


class People:
    """Writes them. Customers are streamed; `customers` and `person_of` let documents refer to them by arithmetic."""

    def __init__(self, spec: SimulationSpec, database: Database, users: Sequence[SimulatedUser], truth: Truth) -> None:
        self._spec = spec
        self._database = database
        self._users = users
        self._truth = truth
        self._secrets: dict[str, str] = {}
        self.customers = range(len(OWN_COMPANIES) + 1, len(OWN_COMPANIES) + 21 + spec.users + spec.documents // 40)

    def person_of(self, customer: int) -> int:
        """Return the first person of a customer."""
        return len(self._users) + (customer - self.customers.start) * PERSONS_PER_CUSTOMER + 1

    def write(self) -> None:
        """Write them all; person ids count on from the employees'."""
        for number, (name, domain) in enumerate(OWN_COMPANIES, start=1):
            self._contact(number, name, "Hovedkontor" if number == 1 else "", domain, score=None)
            self._database.append("OwnerContactLink", contact_id=number)
        for user in self._users:
            self._employee(user)
        self._write_customers()
        self._write_others()

    def password(self, user: SimulatedUser) -> str:
        """Return the password that a user logs in with on site."""
        return password_of(self._spec.seed, user.login, administrator=user.administrator)

    def _contact(self, number: int, name: str, department: str, domain: str, score: Decimal | None) -> None:
        self._database.add(
            "contact",
            number,
            name=name,
            department=department,
            orgNr=f"{900000000 + number}",
            country_id=1 + number % len(COUNTRIES),
            business_idx=1 + number % len(BUSINESSES),
            category_idx=1 + number % len(CATEGORIES),
            associate_id=1,
            number1=None if number % 3 else "",
            x_score=score,
        )
        self._database.append(
            "Email", contact_id=number, protocol="SMTP", email_address=f"post.{number}@{domain}", rank=1
        )
        self._phone(number, COMPANY_PHONE, f"+47 22 {number % 100:02} {number // 100 % 100:02} 00", 1)

    def _person(self, number: int, contact: int, first: str, last: str, chance: random.Random, **more: int) -> None:
        self._database.add(
            "person",
            number,
            contact_id=contact,
            rank=1,
            firstname=first,
            lastname=last,
            middleName="Marie" if chance.random() < 0.1 else None,  # noqa: PLR2004
            title=chance.choice(TITLES),
            country_id=1 + number % len(COUNTRIES),
            business_idx=1 + number % len(BUSINESSES),
            category_idx=1 + number % len(CATEGORIES),
            year_of_birth=chance.randrange(1950, 2003),
            **more,
        )

    def _address(self, person: int, rank: int, address: str) -> int:
        return self._database.append("Email", person_id=person, protocol="SMTP", email_address=address, rank=rank)

    def _phone(self, owner: int, kind: int, number: str, rank: int) -> None:
        digits = "".join(filter(str.isdigit, number))
        self._database.append(
            "phone", owner_id=owner, ptype_idx=kind, phone=number, rank=rank, searchPhoneNumber=digits
        )

    def _employee(self, user: SimulatedUser) -> None:
        chance = stream(self._spec.seed, "person", user.person_id)
        self._person(
            user.person_id, user.company, user.first_name, user.last_name, chance,
            position_idx=user.position, retired=int(user.retired), associate_id=user.associate_id,
        )  # fmt: skip
        for rank, address in enumerate(user.emails, start=1):
            self._address(user.person_id, rank, address)
        self._phone(user.person_id, DIRECT, f"+47 22 10 {user.person_id // 100:02} {user.person_id % 100:02}", 1)
        if chance.random() < 0.6:  # noqa: PLR2004
            self._phone(user.person_id, MOBILE, f"+47 9{chance.randrange(10**7):07}", 2)
        if chance.random() < 0.2:  # noqa: PLR2004
            self._phone(user.person_id, PRIVATE, f"+46 (0)8-{chance.randrange(10**6):06}", 3)
        if chance.random() < 0.5 or user.associate_id == 1:  # noqa: PLR2004
            self._photo(user.person_id, chance)
        self._associate(user)

    def _photo(self, person: int, chance: random.Random) -> None:
        picture = portrait((chance.randrange(160), chance.randrange(160), chance.randrange(160)))
        photo = self._database.append(
            "BinaryObject",
            conceptualType="PersonImage",
            mimeType="image/png",
            originalSize=len(picture),
            blobSize=len(picture),
            binaryData=picture,
        )
        persons = self._database.tables["person"].number
        self._database.append(
            "BinaryObjectLink", binaryObjectId=photo, ownerTable=persons, ownerRecord=person, linkType=1, rank=1
        )

    def _associate(self, user: SimulatedUser) -> None:
        self._database.add(
            "associate",
            user.associate_id,
            name=user.login,
            rank=user.associate_id,
            tooltip=f"{user.first_name} {user.last_name}",
            deleted=int(user.retired),
            group_idx=user.group,
            person_id=user.person_id,
            lastlogin=TODAY,
            type=0,
        )
        if user.associate_id % 5 == 0:
            other_group = 1 + user.group % 4
            self._database.append("UserGroupLink", assoc_id=user.associate_id, UserGroup_id=other_group)
        self._database.append("UserRoleLink", associate_id=user.associate_id, role_id=user.role)
        password = self.password(user)
        secret = self._secrets.get(password) or self._secrets.setdefault(password, secret_of(self._spec.seed, password))
        self._database.append(
            "Credentials",
            associateId=user.associate_id,
            personId=user.person_id,
            credentialType=CREDENTIAL_TYPE,
            searchName=user.login.upper(),
            secret=secret,
            validFrom=VALID_FROM,
            validTo=VALID_TO,
            isActive=1,
        )

    def _write_customers(self) -> None:
        borrowed = iter([user for user in self._users if user.plant == "email-on-other-card"])
        for customer in self.customers:
            chance = stream(self._spec.seed, "customer", customer)
            stem = COMPANY_NAMES[(customer - self.customers.start) % len(COMPANY_NAMES)]
            domain = f"customer{customer}.example.net"
            name = f"{stem} {chance.choice(COMPANY_ENDINGS)} {customer}"
            score = Decimal(chance.randrange(10**9)) / 10_000
            self._contact(customer, name, chance.choice(("", "Salg", "Drift")), domain, score)
            for position in range(PERSONS_PER_CUSTOMER):
                person = self.person_of(customer) + position
                first = chance.choice(FIRST_NAMES)
                last = chance.choice(HOSTILE_LAST_NAMES if person % 25 == 0 else LAST_NAMES)
                self._person(person, customer, first[0], last[0], chance)
                self._address(person, 1, f"{first[1]}.{last[1]}.{person}@{domain}")
                lender = next(borrowed, None)
                if lender is not None:
                    row = self._address(person, 2, lender.emails[0].title())
                    self._truth.plant(
                        "email-on-other-card", row, login=lender.login, associate_id=lender.associate_id, email_id=row,
                        person_id=person, address=lender.emails[0].title(),
                    )  # fmt: skip

    def _write_others(self) -> None:
        """Associates that are no users: a resource, persons of customers with access, anonymous, the system."""
        people: Iterable[tuple[str, int, int, int]] = (
            ("Møterom Nord", RESOURCE, 0, 0),
            *((f"EXT{n}", EXTERNAL, self.person_of(self.customers[n]), ROLE_EXTERNAL) for n in range(EXTERNALS)),
            ("ANONYMOUS", ANONYMOUS, 0, ROLE_ANONYMOUS),
            ("SYSTEM0", SYSTEM, 0, ROLE_SYSTEM),
        )
        for name, kind, person, role in people:
            associate = self._database.append("associate", name=name, group_idx=1, person_id=person, type=kind)
            if role:
                self._database.append("UserRoleLink", associate_id=associate, role_id=role)
