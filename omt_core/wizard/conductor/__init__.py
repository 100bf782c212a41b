"""What stands between the page and the session: one conductor for each process, whatever the number of tabs."""

from omt_core.wizard.conductor.conductor import Beginning, Conductor

__all__ = ["Beginning", "Conductor"]
