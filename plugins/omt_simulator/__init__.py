"""Builds simulated on-site installations, with everything wrong in them that one asks for.

An independent oracle: it shares no code with the plugins whose work it is there to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from omt_simulator.plugin import SimulatorPlugin
from omt_simulator.spec import PLANTS, Simulation, SimulationError, SimulationSpec

if TYPE_CHECKING:
    from omt_simulator.generation import generate
    from omt_simulator.installation.licence_change import change_licence

__all__ = [
    "PLANTS",
    "Simulation",
    "SimulationError",
    "SimulationSpec",
    "SimulatorPlugin",
    "change_licence",
    "generate",
]


def __getattr__(name: str) -> object:
    """Load what simulates when it is asked for: every command loads this package, since it brings two of them."""
    if name == "generate":
        from omt_simulator.generation import generate  # noqa: PLC0415 - see above

        return generate
    if name == "change_licence":
        from omt_simulator.installation.licence_change import change_licence  # noqa: PLC0415 - the same

        return change_licence
    raise AttributeError(name)
