"""Documents: rows of appointment, document and visiblefor, and the files in the archive roots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from omt_simulator.chance import stream
from omt_simulator.content import Contents
from omt_simulator.database.writer import Database
from omt_simulator.documents.archive_path import document_path
from omt_simulator.documents.plan import ARCHIVES, PlannedDocument, far_from_borders, plan_document
from omt_simulator.documents.plants import DocumentPlants
from omt_simulator.machine import Machine
from omt_simulator.people.contacts import People
from omt_simulator.people.users import SimulatedUser
from omt_simulator.spec import DOCUMENT_PLANTS, SimulationSpec
from omt_simulator.truth import Truth
from omt_simulator.words import APPLICATIONS, TASKS

DIARY, DOCUMENT, SAVED_REPORT, MERGE_DRAFT, MERGE_FINAL = 1, 4, 5, 8, 9
"""appointment.type (crm.md section 6)."""

COMPLETED = 3
TYPES = (DOCUMENT,) * 17 + (SAVED_REPORT, MERGE_DRAFT, MERGE_FINAL)


class Documents:
    """Writes them one by one. `files` counts those that lie where the path rule says, per archive root."""

    def __init__(
        self,
        spec: SimulationSpec,
        *,
        database: Database,
        machine: Machine,
        people: People,
        users: Sequence[SimulatedUser],
        truth: Truth,
    ) -> None:
        self._spec = spec
        self._database = database
        self._machine = machine
        self._people = people
        self._users = users
        self._contents = Contents(spec.seed)
        self._plants = DocumentPlants(machine, self._contents, truth)
        self.files: Counter[str] = Counter(dict.fromkeys(ARCHIVES, 0))

    def write(self) -> None:
        """Write all documents, planted ones among them, then some appointments that have none."""
        for root in ARCHIVES:
            self._machine.make_folder(root)
        planted = self._planted()
        for number in range(1, self._spec.documents + 1):
            document = plan_document(self._spec.seed, number, self._users)
            slug = planted.get(number)
            if slug is None:
                self._store(document)
                self._rows(document, document.name)
            else:
                self._plant(slug, far_from_borders(document))
        self._diary()
        for number in range(1, self._spec.count("orphan") + 1):
            base = plan_document(self._spec.seed, number, self._users)
            self._plants.orphan(number, base)

    def _planted(self) -> dict[int, str]:
        """Which document carries which plant. Memory grows with the plants only."""
        wanted = [slug for slug in DOCUMENT_PLANTS for _ in range(self._spec.count(slug))]
        numbers = stream(self._spec.seed, "planted documents").sample(range(1, self._spec.documents + 1), len(wanted))
        return dict(zip(numbers, wanted, strict=True))

    def _store(self, document: PlannedDocument) -> None:
        path = document_path(document.owner.login, document.registered, document.name)
        content = self._contents.make(document.number, document.extension)
        self._machine.write(f"{document.archive}\\{path}", content, document.registered)
        self.files[document.archive] += 1

    def _plant(self, slug: str, document: PlannedDocument) -> None:
        plant = self._plants.apply(slug, document)
        if plant.found:
            self.files[document.archive] += 1
        self._rows(
            document,
            plant.name,
            appointment=plant.appointment,
            owner=plant.owner,
            provider=plant.provider,
        )

    def _rows(
        self,
        document: PlannedDocument,
        name: str,
        *,
        appointment: bool = True,
        owner: int | None = None,
        provider: int = 0,
    ) -> None:
        number, registered = document.number, document.registered
        chance = stream(self._spec.seed, "document rows", number)
        customer = chance.choice(self._people.customers)
        # Who registered a document need not own it: the appointment's associate does (section 6).
        clerk = chance.choice(self._users).associate_id if number % 10 == 0 else document.owner.associate_id
        self._database.add(
            "document",
            number,
            application_id=1 + number % len(APPLICATIONS),
            name=name,
            header=document.subject,
            our_ref="" if number % 2 else None,
            archiveProvider=provider,
            extref=f"provider://{provider}/{number}" if provider else None,
            appointment_id=number if appointment else 0,
            registered=registered,
            registered_associate_id=clerk,
            updated=registered + timedelta(days=1),
            updated_associate_id=clerk,
        )
        if not appointment:
            return
        self._database.add(
            "appointment",
            number,
            contact_id=customer,
            person_id=self._people.person_of(customer),
            associate_id=document.owner.associate_id if owner is None else owner,
            group_idx=document.owner.group,
            task_idx=1 + number % len(TASKS),
            type=chance.choice(TYPES),
            status=COMPLETED,
            document_id=number,
            registered=registered,
            registered_associate_id=clerk,
            done=registered,
            do_by=registered,
            activeDate=registered,
        )
        self._visible(number, private_to=document.owner.associate_id if number % 30 == 1 else 0)

    def _diary(self) -> None:
        for number in range(self._spec.documents + 1, self._spec.documents + self._spec.documents // 10 + 6):
            plan = plan_document(self._spec.seed, number - number % 2 + 1, self._users)
            customer = self._people.customers[number % len(self._people.customers)]
            self._database.add(
                "appointment",
                number,
                contact_id=customer,
                associate_id=plan.owner.associate_id,
                group_idx=plan.owner.group,
                task_idx=1,
                type=DIARY,
                done=plan.registered,
                do_by=plan.registered,
                activeDate=plan.registered,
                registered=plan.registered,
            )
            self._visible(number, private_to=0)

    def _visible(self, appointment: int, private_to: int) -> None:
        self._database.append(
            "VisibleFor",
            tableId=self._database.tables["appointment"].number,
            recordId=appointment,
            appointmentId=appointment,
            forAll=int(not private_to),
            forAssocId=private_to,
        )
