"""What every act of the person works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.session.opener import SessionOpener
from omt_core.wizard.controller.upload import UploadRun
from omt_core.wizard.controller.way.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the person is, the session that is held, what it is opened by, and the upload of this process.

    `changed` tells all pages.
    """

    place: Place
    holder: SessionHolder
    opener: SessionOpener
    upload: UploadRun
    changed: Callable[[], None]
