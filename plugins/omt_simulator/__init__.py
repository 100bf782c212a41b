"""Builds simulated on-site installations, with everything wrong in them that one asks for.

An independent oracle: it shares no code with the plugins whose work it is there to judge.
"""

from __future__ import annotations

from omt_simulator.generation import generate
from omt_simulator.installation.licence_change import change_licence
from omt_simulator.plugin import SimulatorPlugin
from omt_simulator.spec import PLANTS, Simulation, SimulationError, SimulationSpec

__all__ = [
    "PLANTS",
    "Simulation",
    "SimulationError",
    "SimulationSpec",
    "SimulatorPlugin",
    "change_licence",
    "generate",
]
