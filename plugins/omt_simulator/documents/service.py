"""Customer Service: tickets, attachments with their files, and the folders that its `config` row names."""

from __future__ import annotations

from dataclasses import dataclass

from omt_simulator.chance import stream
from omt_simulator.content import Contents
from omt_simulator.database.writer import Database
from omt_simulator.machine import Machine
from omt_simulator.people.contacts import People
from omt_simulator.spec import SimulationSpec
from omt_simulator.words import SUBJECTS

BASE = r"C:\SuperOffice\Customer Service"
OLD_ATTACHMENTS = BASE + r"\attachments"
NEW_ATTACHMENTS = r"D:\CS_ATTACH"
TEMPLATES = BASE + r"\templates"
TEXTS = BASE + r"\text"

IDS_PER_FOLDER = 10_000
"""Ids share a folder in ranges of 10,000 (section 6). ND: how the folders are called; here `0`, `10000` and so on."""

FLAT_ATTACHMENTS = 5
"""Old files that were never sorted into folders; their rows name no location."""

FIRST_SORTED_ID = 9_990
"""Chosen so that even a small installation has files in two range folders."""

OLD_LOCATION_SHARE = 0.4
SERVICE_FILES = {
    TEMPLATES: ("customer centre/login.html", "customer centre/css/stil.css", "svar på sak.txt", "header.tmpl"),
    TEXTS: ("emailBackup/2024-11-01.eml", "emailBackup/2024-11-02.eml", "trashbin/slettet.txt", "signatur.txt"),
}
FILE_BYTES = 4_000
TICKETS_PER_DOCUMENTS = 20


@dataclass(frozen=True, slots=True)
class ServiceFiles:
    """How many files there are to be moved."""

    attachments: int
    service: int


def write_service(
    spec: SimulationSpec, database: Database, machine: Machine, people: People, contents: Contents
) -> ServiceFiles:
    """Write rows and files."""
    _write_settings(database)
    tickets = 10 + spec.documents // TICKETS_PER_DOCUMENTS
    _write_tickets(spec, database, people, tickets)
    attachments = _write_attachments(spec, database, machine, contents, tickets)
    names = [f"{folder}\\{name.replace('/', chr(92))}" for folder, files in SERVICE_FILES.items() for name in files]
    for name in names:
        machine.write(name, contents.make(f"service {name}", name.rpartition(".")[2], FILE_BYTES))
    return ServiceFiles(attachments=attachments, service=len(names))


def _write_settings(database: Database) -> None:
    database.append(
        "config",
        text_path=TEXTS,
        attachment_path=OLD_ATTACHMENTS,
        template_path=TEMPLATES,
        default_mail="support@nordlys.example.com",
        smtp_host="mail.nordlys.example.com",
        smtp_port=25,
        cgi_bin=BASE + r"\bin",
        cgi_url="http://crm.nordlys.example.com/customer-service",
        cgi_url_internal="http://localhost/customer-service",
        language="no",
        version="8.5",
        flags=0,
    )
    for path in (OLD_ATTACHMENTS, NEW_ATTACHMENTS):
        database.append("attachment_location", path=path)
    for number, name, value in (
        (40, "log path", BASE + r"\log"),
        (109, "www", "/customer-service"),
        (1, "rms", BASE + r"\bin\rms.exe"),
    ):
        database.append("registry", reg_id=number, name=name, value=value)


def _write_tickets(spec: SimulationSpec, database: Database, people: People, tickets: int) -> None:
    user = database.append("ejuser", loginname="system", username="system", email="", status=127)
    for name in ("Support", "Salg", "Spørsmål & svar"):
        database.append("ej_category", name=name, fullname=name, category_master=user)
    priority = database.append("ticket_priority", name="Normal", status=1)
    status = database.append("ticket_status", name="Åpen", status=1)
    kind = database.append("ticket_type", name="Henvendelse", icon="request", is_default=1)
    for number in range(1, tickets + 1):
        chance = stream(spec.seed, "ticket", number)
        person = people.person_of(chance.choice(people.customers))
        title = f"{chance.choice(SUBJECTS)} #{number}"
        database.add(
            "ticket",
            number,
            title=title,
            author="<script>alert('ticket')</script>" if number % 7 == 0 else "Kunde",
            created_by=user,
            owned_by=user,
            category=1 + number % 3,
            priority=priority,
            status=1,
            ticket_status=status,
            ticket_type=kind,
            cust_id=person,
        )
        database.append(
            "ej_message",
            ticket_id=number,
            search_title=title,
            created_by=user,
            customer_id=person,
            message_id=f"<{spec.seed}.{number}@nordlys.example.com>",
            body="Hei!\r\n\r\nKan dere hjelpe? 🙏\r\n" * (1 + number % 50),
            html_body=None if number % 2 else "",
        )


def _write_attachments(
    spec: SimulationSpec, database: Database, machine: Machine, contents: Contents, tickets: int
) -> int:
    sorted_ids = range(FIRST_SORTED_ID, FIRST_SORTED_ID + tickets * 2)
    for number in (*range(1, FLAT_ATTACHMENTS + 1), *sorted_ids):
        flat = number <= FLAT_ATTACHMENTS
        chance = stream(spec.seed, "attachment", number)
        location = 0 if flat else 1 if chance.random() < OLD_LOCATION_SHARE else 2
        folder = NEW_ATTACHMENTS if location == 2 else OLD_ATTACHMENTS  # noqa: PLR2004
        content = contents.make(f"attachment {number}", "txt", chance.randrange(100, 30_000))
        database.add(
            "attachment",
            number,
            name=f"vedlegg {number}.txt",
            content_type="text/plain",
            att_size=len(content),
            auth_key=f"{chance.getrandbits(64):016x}",
            attachment_location_id=location,
        )
        below = str(number) if flat else f"{number // IDS_PER_FOLDER * IDS_PER_FOLDER}\\{number}"
        machine.write(f"{folder}\\{below}", content)
    return FLAT_ATTACHMENTS + len(sorted_ids)
