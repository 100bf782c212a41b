"""Licences and user plans as they are on site (crm.md section 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from omt_simulator.database.writer import Database
from omt_simulator.people.users import SimulatedUser
from omt_simulator.spec import SimulationSpec

SITE, USER = 1, 3
"""modulelicense.licenseType."""

PLAN_FLAG = 1
"""modulelicense.extraFlags of a user plan."""

EVERY_NTH_CONFIDENTIAL = 4
SITE_MARKER = 2
"""extraFlags of a site licence that describes plans."""

VALID_FROM = datetime(2016, 1, 1)  # noqa: DTZ001
EXPIRATION = datetime(2099, 12, 31)  # noqa: DTZ001

PLANS = (
    ("ten-sales", "Sales Premium", "set=user,web,windows,ten-sales-base"),
    ("ten-service", "Service Premium", "set=user,web,windows,ten-service-base"),
    ("ten-marketing", "Marketing Premium", "set=user,web,windows,ten-marketing-base"),
    ("ten-salesservicemarketing", "SalesPremiumServicePremiumMarketingPremium", "set=user,web,windows"),
    ("superlicense-no-selection", "(No Selection)", "set="),
)
USER_MODULES = (("user", "User"), ("web", "Web client"), ("windows", "Windows client"), ("visible-for", "Visible for"))
SITE_MODULES = (("service", "Customer Service"), ("marketing", "Marketing"), ("sentry", "Sentry"), ("quote", "Quote"))
SPARE_SEATS = 5

PARTNER = "KVASIR"
PARTNER_MODULES = ("ten-sales", "visible-for")
"""Names of the vendor's that the plant `partner-module` gives to modules of somebody else's, which are no plan."""


def write_licences(database: Database, users: Iterable[SimulatedUser]) -> Counter[str]:
    """Fill moduleowner, modulelicense and licenseassoclink; returns how many users have each plan."""
    active = [user for user in users if not user.retired]
    used = Counter(user.plan for user in active if user.plan)
    vendor = _owner(database, "SUPEROFFICE", "SuperOffice AS")

    def module(
        name: str,
        title: str,
        kind: int,
        seats: int,
        *,
        flags: int,
        extra: str | None = None,
        hidden: int = 0,
        owner: int = vendor,
    ) -> int:
        return database.append(
            "ModuleLicense",
            moduleName=name,
            moduleDescription=title,
            moduleVersion="8.5",
            tooltip=title,
            licenseType=kind,
            licenseNumber=seats,
            extraFlags=flags,
            extraInfo=extra,
            ModuleOwner_id=owner,
            unrestricted=int(name in {"visible-for", "superlicense-no-selection"}),
            hidden=hidden,
        )

    ids = {
        name: module(name, title, USER, used[name] + SPARE_SEATS, flags=PLAN_FLAG, extra=extra)
        for name, title, extra in PLANS
    }
    for name, title in USER_MODULES:
        ids[name] = module(name, title, USER, len(active) + SPARE_SEATS, flags=0, hidden=int(name != "visible-for"))
    for name, title in SITE_MODULES:
        ids[name] = module(name, title, SITE, 1, flags=SITE_MARKER if name == "sentry" else 0)
    partner = [user for user in active if user.plant == "partner-module"]
    if partner:
        kvasir = _owner(database, PARTNER, "Kvasir AS")
        for name in PARTNER_MODULES:
            key = module(name, "Kvasir", USER, len(active), flags=0, owner=kvasir)
            for user in partner:
                _assign(database, key, user)
    for user in active:
        names = [user.plan, "user", "web"] if user.plan else []
        if confidential(user):
            names.append("visible-for")
        for name in names:
            _assign(database, ids[str(name)], user)
    return used


def confidential(user: SimulatedUser) -> bool:
    """Tell whether a user may see confidential activities, by the vendor's own module."""
    return user.associate_id % EVERY_NTH_CONFIDENTIAL == 1


def _owner(database: Database, name: str, description: str) -> int:
    return database.append(
        "ModuleOwner",
        ownerName=name,
        ownerDescription=description,
        licenseVersion="3",
        signedPublicKey=b"\x00simulated public key\xff",
        deploymentType=1,
        expiration=EXPIRATION,
        graceTo=EXPIRATION,
        maintenanceTo=EXPIRATION,
    )


def _assign(database: Database, module: int, user: SimulatedUser) -> None:
    database.append(
        "LicenseAssocLink",
        moduleLicenseId=module,
        assocId=user.associate_id,
        validFrom=VALID_FROM,
        validTo=EXPIRATION,
        licenseNumber=1,
    )


def tenant_plans(spec: SimulationSpec, used: Counter[str]) -> tuple[str, str | None]:
    """Plans for the tenant to offer (`omt tenant serve --plans`), and the one that lacks seats for `over-plan`.

    Each on-site plan by its code name with as many seats as are used and some to spare; with the plant, the fullest one
    gets as many too few as are planted.
    """
    short = used.most_common(1)[0][0] if spec.count("over-plan") and used else None
    seats = {name: used[name] + SPARE_SEATS for name, _, _ in PLANS if name != "superlicense-no-selection"}
    if short is not None:
        seats[short] = used[short] - spec.count("over-plan")
    return ",".join(f"{name}:{total}" for name, total in seats.items()), short
