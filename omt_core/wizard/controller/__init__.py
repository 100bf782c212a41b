"""What stands between the page and the session: one controller for each process, whatever the number of tabs."""

from omt_core.wizard.controller.controller import SessionController
from omt_core.wizard.controller.session.opener import StartOptions

__all__ = ["SessionController", "StartOptions"]
