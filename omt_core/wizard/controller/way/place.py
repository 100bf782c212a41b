"""Where the person is: the page, what they wait for meanwhile, and the error that stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omt_core.api.errors import OmtError
from omt_core.wizard.controller.document import Busy, Screen
from omt_core.wizard.controller.session.holder import SessionHolder
from omt_core.wizard.controller.upload import UploadRun
from omt_core.wizard.controller.way.screens import before
from omt_core.wizard.controller.way.transitions import TRANSITIONS, Act
from omt_core.wizard.errors import NO_WAY_BACK, TOOL_BUSY, UPLOAD_UNDER_WAY


class Place:
    """Begins at Welcome; every act of the person goes by it."""

    def __init__(self, holder: SessionHolder, upload: UploadRun, changed: Callable[[], None]) -> None:
        self._holder = holder
        self._upload = upload
        self._changed = changed
        self.screen = Screen.WELCOME
        self.busy: Busy | None = None
        self.error: OmtError | None = None

    @contextmanager
    def doing(self, act: Act) -> Iterator[None]:
        """Do an act as its transition has it. Raises `InputError` `busy` or `upload-under-way`."""
        self.refuse(act)
        transition = TRANSITIONS[act]
        if transition.busy is not None:
            self.busy, self.error = transition.busy, None
            self._changed()
        try:
            yield
        finally:
            if transition.busy is not None:
                self.busy = None
                self._changed()
        if transition.to is not None:
            now = self._holder.now if self._holder.is_open else None
            self.go(transition.to if isinstance(transition.to, Screen) else transition.to(now))

    def refuse(self, act: Act) -> None:
        """Raise `InputError` `busy` or `upload-under-way` where an act may not be done now."""
        if self._upload.under_way:
            raise UPLOAD_UNDER_WAY.error()
        if self.busy is not None and TRANSITIONS[act].busy is not None:
            raise TOOL_BUSY.error()

    def refuse_decisions(self) -> None:
        """Raise as `refuse` while nothing may be decided."""
        self.refuse(Act.DECIDE)

    def go(self, screen: Screen) -> None:
        """Show a page; what stood as an error on the one before is no more."""
        if screen is not Screen.INSTALLATION:
            self.error = None
        self.screen = screen
        self._changed()

    def go_back(self) -> None:
        """Show the page before this one (W6). Raises `InputError` `no-way-back`."""
        with self.doing(Act.GO_BACK):
            mode, choice = None, None
            if self._holder.is_open:
                mode, choice = self._holder.now.mode, self._holder.now.decisions.recovery
            earlier = before(self.screen, mode, choice)
            if earlier is None:
                raise NO_WAY_BACK.error()
            self.go(earlier)

    def stand(self, error: OmtError | None, screen: Screen | None = None) -> None:
        """Show an error that nobody waits for, on this page or on the one that is named."""
        self.screen, self.error = screen or self.screen, error
        self._changed()
