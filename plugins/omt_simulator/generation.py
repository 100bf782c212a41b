"""Builds a simulated installation: the order of things, and what truth.json says of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from omt_core.api import sentence
from omt_simulator.content import Contents
from omt_simulator.database.customer_tables import with_customer_tables, write_customer_tables
from omt_simulator.database.lists import write_lists
from omt_simulator.database.postgresql import create_postgresql
from omt_simulator.database.schema import load_schema
from omt_simulator.database.writer import Database, create_sqlite
from omt_simulator.directory import TRUTH, prepare_directory
from omt_simulator.documents.archive import Documents
from omt_simulator.documents.archive_extras import write_archive_extras
from omt_simulator.documents.plan import ARCHIVES
from omt_simulator.documents.service import write_service
from omt_simulator.documents.templates import write_templates
from omt_simulator.installation.answers_file import write_answers
from omt_simulator.installation.connection import SQLITE_FILE, connection_of
from omt_simulator.installation.licence_change import write_licence_change
from omt_simulator.installation.registry_export import registry_export
from omt_simulator.installation.settings_files import write_settings_files
from omt_simulator.installation.system_rows import (
    changed_serial_number,
    serial_number,
    write_sequences,
    write_system_rows,
)
from omt_simulator.machine import Machine
from omt_simulator.people.contacts import People
from omt_simulator.people.licences import confidential, tenant_plans, write_licences
from omt_simulator.people.roles import write_roles
from omt_simulator.people.users import SimulatedUser, employees
from omt_simulator.spec import Simulation, SimulationError, SimulationSpec
from omt_simulator.truth import FORMAT, Truth, write_truth
from omt_simulator.words import OWN_COMPANIES


def generate(directory: Path, spec: SimulationSpec, *, overwrite: bool = False) -> Simulation:
    """Build the installation that `spec` describes in `directory`, in memory that does not grow with it.

    The same spec gives the same files, byte for byte, and the same rows. Raises SimulationError when the directory or
    the database holds something else, when the database cannot be reached, or when a plant is impossible; InputError
    `simulation-exists` when a simulation is there and is not to be overwritten.
    """
    users = employees(spec)
    _check_over_plan(spec, users)
    prepare_directory(directory, overwrite=overwrite)
    truth = Truth()
    machine = Machine(directory / "machine")
    with _open_database(spec, machine) as database:
        database.create_tables()
        files, plans, passwords = _fill(spec, database, machine, users, truth)
        company = database.dialect.table("company")
        rows = {name: database.rows[name] for name in sorted(database.tables) if database.rows[name]}
    connection = connection_of(spec)
    write_settings_files(machine, connection)
    machine.write_registry(registry_export(connection))
    write_answers(directory, users[0], passwords[users[0].login])
    identity = {"owner": OWN_COMPANIES[0][0], "serial": serial_number(spec.seed)}
    if spec.count("licence-change"):
        write_licence_change(directory, spec.seed, company)
        identity["changed_serial"] = changed_serial_number(spec.seed)
        truth.plant("licence-change", identity["serial"], **identity)
    told: dict[str, Any] = {
        "format": FORMAT,
        "spec": {key: value for key, value in asdict(spec).items() if key != "dsn"},
        "identity": identity,
        "tenant_plans": plans,
        "archives": list(ARCHIVES),
        "counts": {"tables": len(database.tables), "rows": rows, "files": files, "bytes": machine.bytes},
        "users": [_told_user(user, passwords[user.login]) for user in users],
        "plants": truth.told(),
    }
    write_truth(directory / TRUTH, told)
    return Simulation(directory, spec, told)


def _open_database(spec: SimulationSpec, machine: Machine) -> AbstractContextManager[Database]:
    tables = with_customer_tables(load_schema())
    if spec.dsn is not None:
        return create_postgresql(spec.dsn, tables)
    return create_sqlite(machine.prepare(SQLITE_FILE), tables)


def _fill(
    spec: SimulationSpec, database: Database, machine: Machine, users: Sequence[SimulatedUser], truth: Truth
) -> tuple[dict[str, Any], str, dict[str, str]]:
    contents = Contents(spec.seed)
    people = People(spec, database, users, truth)
    write_lists(database)
    write_roles(database)
    people.write()
    used = write_licences(database, users)
    _tell_users(spec, users, truth, used)
    documents = Documents(spec, database=database, machine=machine, people=people, users=users, truth=truth)
    documents.write()
    templates = write_templates(database, machine, contents)
    personal = write_archive_extras(machine, users)
    service = write_service(spec, database, machine, people, contents)
    write_customer_tables(database)
    write_system_rows(spec, database, users, truth)
    write_sequences(database)
    database.finish()
    files = {
        "documents": sum(documents.files.values()),
        "documents_by_archive": dict(documents.files),
        "templates": templates,
        "customer_service": service.service,
        "attachments": service.attachments,
        "personal": personal,
    }
    return files, tenant_plans(spec, used)[0], {user.login: people.password(user) for user in users}


def _check_over_plan(spec: SimulationSpec, users: Sequence[SimulatedUser]) -> None:
    """Nothing is touched on disk for a plant that cannot be."""
    fullest = max(Counter(user.plan for user in users if user.plan).values(), default=0)
    if spec.count("over-plan") > fullest:
        raise SimulationError(
            sentence(
                "over-plan={count}: the fullest plan has {fullest} users. Ask for more users.",
                count=spec.count("over-plan"),
                fullest=fullest,
            )
        )


def _told_user(user: SimulatedUser, password: str) -> dict[str, Any]:
    told = asdict(user)
    return told | {"administrator": user.administrator, "password": password}


def _tell_users(spec: SimulationSpec, users: Sequence[SimulatedUser], truth: Truth, used: Counter[str]) -> None:
    pair: list[SimulatedUser] = []
    for user in users:
        facts = {"login": user.login, "associate_id": user.associate_id}
        if user.plant == "duplicate-email":
            pair.append(user)
            if len(pair) == 2:  # noqa: PLR2004
                truth.plant(
                    "duplicate-email", *(member.login for member in pair),
                    associate_ids=[member.associate_id for member in pair], address=pair[0].emails[0],
                )  # fmt: skip
                pair = []
        elif user.plant in {"invalid-email", "no-email"}:
            truth.plant(user.plant, user.login, **facts, address=next(iter(user.emails), None))
        elif user.plant == "partner-module":
            truth.plant(user.plant, user.login, **facts, plan=user.plan, confidential=confidential(user))
    if spec.count("no-admin-plan"):
        administrators = [user.login for user in users if user.administrator]
        truth.plant("no-admin-plan", *administrators, logins=administrators)
    plans, short = tenant_plans(spec, used)
    if short is not None:
        members = [user.login for user in users if user.plan == short]
        for _ in range(spec.count("over-plan")):
            truth.plant("over-plan", short, plan=short, used=used[short], total=used[short] - spec.count("over-plan"))
        truth.plants["over-plan"][0]["logins"] = members
        truth.plants["over-plan"][0]["tenant_plans"] = plans
