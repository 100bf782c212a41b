"""What the person should do next, in the order in which to do it."""

from __future__ import annotations

from collections.abc import Iterator

from omt_core.api import MigrationKind
from omt_report.document import ReportHead


def headline(head: ReportHead) -> tuple[str, str]:
    """Return the outcome as one word for the layout (`good`, `fair`, `open`) and as one sentence."""
    lost = sum(stage.left_behind for stage in head.stages)
    still_open = sum(stage.open for stage in head.stages)
    name = "test migration" if head.kind is MigrationKind.TEST else "migration"
    if not head.completed:
        return "open", f"The {name} is not finished."
    if still_open or any(stage.failed for stage in head.stages):
        return "open", f"The {name} is complete, but some files are not confirmed yet."
    if lost:
        return "fair", f"The {name} is complete. {lost:,} {'file was' if lost == 1 else 'files were'} left behind."
    return "good", f"The {name} is complete. Everything was moved and verified."


def next_steps(head: ReportHead) -> Iterator[str]:
    """Yield what to do next, as sentences in which commands and settings stand between backquotes."""
    if not head.completed:
        yield "Run the same command again. It goes on where it stopped, and sends nothing twice that is confirmed."
        if head.frozen:
            yield (
                "The installation on site is frozen: users are kept out of the Windows client and of Service. If you"
                " put the migration off, `omt thaw` lets them in again."
            )
        return
    if any(stage.failed or stage.open for stage in head.stages):
        yield "Mend what kept files from being moved (see below), then run the tool again to send them."
    if any(stage.missing for stage in head.stages):
        yield (
            "Put missing files back into the archive, if you have them, and run the tool again with"
            " `--recover missing`: only what is missing or changed is sent."
        )
    yield from _test_steps() if head.kind is MigrationKind.TEST else _live_steps(head)
    yield f"Keep the receipt with your records. It can be checked at any time: `omt verify {head.receipt}`"


def _test_steps() -> Iterator[str]:
    yield "Have the tenant cloned into a sandbox to try the result out: nobody can log in to a test migration itself."
    yield (
        "When you are content, run the tool with `test_migration = false` and `--recover overwrite-test`:"
        " the live migration replaces the test, and sends only documents that are new or changed."
    )


def _live_steps(head: ReportHead) -> Iterator[str]:
    yield "Look at the result in CRM Online, then accept it there. After that no further upload is possible."
    if head.welcome_mail:
        yield "Tell your users to expect a mail with a link, by which each sets a password and logs in."
    yield "Keep users out of the installation on site: what they change there now does not reach CRM Online."
    if head.frozen:
        yield "The installation on site stays frozen. `omt thaw` undoes that, if you have to go back to working there."
