"""Whatever the tenant's disk loses with the power: what was answered is there, and nothing half is believed."""

from __future__ import annotations

from pathlib import Path

from omt_tenant.settings import TenantSettings
from tests.faults.power_loss.conftest import Night
from tests.faults.power_loss.exchanges import exchanges
from tests.faults.power_loss.judging import Verdict, cases, lay_out
from tests.faults.power_loss.tenant_promises import KeptPromises, promises


def test_what_the_tenant_has_answered_survives_every_loss_of_what_was_not_fsynced(night: Night, shelf: Path) -> None:
    scene, verdict = night.scene, Verdict()
    promised = list(promises(exchanges(night.record, scene.port, "server")))
    # Without these the night was too quiet to show anything.
    assert promised[-1].completed
    assert promised[-1].contents
    assert any(one.offsets for one in promised)
    kept = KeptPromises(TenantSettings(member_bytes=scene.member_bytes))
    folder = shelf / scene.tenant.relative_to(scene.online)
    for survivor, now in cases(night.record, promised, [scene.online], seed=1, most=8):
        lay_out(survivor, {scene.online: shelf})
        verdict.add(survivor, kept.broken(folder, now))
    assert verdict.states > 500
    assert not str(verdict), str(verdict)
