"""What may be opened when: whose migration it is, and which choice of recovery its state allows (W71, W83-W90)."""

from __future__ import annotations

from omt_core.api import MigrationKind, RecoveryChoice
from omt_protocol.protocol_error import ProtocolError


def refuse_other_identity(known: tuple[str, str], asked: tuple[str, str]) -> None:
    """Refuse a licence, by owner and serial number, that is not the one the migration was begun with (W71).

    Raises ProtocolError `identity-changed`.
    """
    if known != asked:
        raise ProtocolError(
            409,
            "identity-changed",
            "The licence owner or serial number is not that of the migration that is held here (W71).",
            "Restore the licence of the first run, or migrate to another place.",
        )


def refuse_choice(completed: MigrationKind | None, kind: MigrationKind, recovery: RecoveryChoice | None) -> None:
    """Refuse what the completed migration, None before there is one, does not allow to be opened.

    Raises ProtocolError `choice-not-possible`.
    """
    if completed is None:
        if recovery is not None:
            raise _not_possible(
                "No migration of this licence was completed yet.", "Open it without a choice of recovery."
            )
    elif recovery is None:
        both = completed is MigrationKind.TEST
        raise _not_possible(
            f"A {completed} migration of this licence is complete already.",
            "Choose missing, or overwrite-test for a complete new one (W85-W88)." if both else "Choose missing (W85).",
        )
    elif recovery is RecoveryChoice.OVERWRITE_TEST and completed is not MigrationKind.TEST:
        raise _not_possible("Only a test migration can be overwritten (W88).", "Choose missing.")
    elif recovery is RecoveryChoice.MISSING and kind is not completed:
        raise _not_possible(
            f"What is held is a {completed} migration, and missing files do not make it a {kind} one.",
            f"Recover missing files as {completed}, or choose overwrite-test to go from test to live.",
        )


def _not_possible(message: str, remedy: str) -> ProtocolError:
    return ProtocolError(409, "choice-not-possible", message, remedy)
