"""What the person should do next, in the order in which to do it."""

from __future__ import annotations

from collections.abc import Iterator

from omt_core.api import MigrationKind, Sentence, command_line, duration, joined, plural, quantity, sentence
from omt_report.document import EstimateLine, ReportHead
from omt_report.readable import moment


def headline(head: ReportHead) -> tuple[str, Sentence]:
    """Return the outcome as one word for the layout (`good`, `fair`, `open`) and as one sentence."""
    lost = sum(stage.left_behind for stage in head.stages)
    still_open = sum(stage.open for stage in head.stages)
    test = head.kind is MigrationKind.TEST
    if not head.completed:
        return "open", sentence("The test migration is not finished." if test else "The migration is not finished.")
    if still_open or any(stage.failed for stage in head.stages):
        return "open", sentence(
            "The test migration is complete, but some files are not confirmed yet."
            if test
            else "The migration is complete, but some files are not confirmed yet."
        )
    if lost and test:
        return "fair", plural(
            lost,
            "The test migration is complete. {number:,} file was left behind.",
            "The test migration is complete. {number:,} files were left behind.",
        )
    if lost:
        return "fair", plural(
            lost,
            "The migration is complete. {number:,} file was left behind.",
            "The migration is complete. {number:,} files were left behind.",
        )
    return "good", sentence(
        "The test migration is complete. Everything was moved and verified."
        if test
        else "The migration is complete. Everything was moved and verified."
    )


def estimated(estimate: EstimateLine) -> str:
    """Say what was estimated last, and how the upload kept to it."""
    made = sentence(
        "Estimated on {moment} for {files}: {shortest} to {longest}.",
        moment=moment(estimate.made),
        files=quantity(estimate.files_to_send, "file"),
        shortest=duration(estimate.shortest_seconds),
        longest=duration(estimate.longest_seconds),
    )
    if estimate.off is None or estimate.took_seconds is None:
        return made
    took = sentence(
        "The upload took {duration} in {runs} runs: {judged}."
        if len(estimate.runs) > 1
        else "The upload took {duration}: {judged}.",
        duration=duration(estimate.took_seconds),
        runs=len(estimate.runs),
        judged=_judged(estimate.off),
    )
    return joined([made, took], " ")


def _judged(off: float) -> Sentence:
    if off == 1:
        return sentence("within the range")
    if off > 1:
        return sentence("{factor:.1f} times the longest", factor=off)
    return sentence("{factor:.2f} times the shortest", factor=off)


def next_steps(head: ReportHead) -> Iterator[Sentence]:
    """Yield what to do next, as sentences in which commands and settings stand between backquotes."""
    if not head.completed:
        yield sentence(
            "Run the same command again. It goes on where it stopped, and sends nothing twice that is confirmed."
        )
        if head.importing:
            yield sentence(
                "Keep users out of the installation on site until it is known how the import ended: the tenant may"
                " complete this live migration by itself, and what they enter meanwhile would not be online."
            )
        elif head.frozen:
            yield sentence(
                "The installation on site is frozen: users are kept out of the Windows client and of Service. If you"
                " put the migration off, `omt thaw` lets them in again."
            )
        return
    if any(stage.failed or stage.open for stage in head.stages):
        yield sentence("Mend what kept files from being moved (see below), then run the tool again to send them.")
    if any(stage.missing for stage in head.stages):
        yield sentence(
            "Put missing files back into the archive, if you have them, and run the tool again with"
            " `--recover missing`: only what is missing or changed is sent."
        )
    yield from _test_steps() if head.kind is MigrationKind.TEST else _live_steps(head)
    yield sentence(
        "Keep the receipt with your records. It can be checked at any time: `{command}`",
        command=command_line("omt", "verify", head.receipt),
    )


def _test_steps() -> Iterator[Sentence]:
    yield sentence(
        "Have the tenant cloned into a sandbox to try the result out: nobody can log in to a test migration itself."
    )
    yield sentence(
        "When you are content, run the tool with `test_migration = false` and `--recover overwrite-test`:"
        " the live migration replaces the test, and sends only documents that are new or changed."
    )


def _live_steps(head: ReportHead) -> Iterator[Sentence]:
    yield sentence("Look at the result in CRM Online, then accept it there. After that no further upload is possible.")
    if head.welcome_mail:
        yield sentence("Tell your users to expect a mail with a link, by which each sets a password and logs in.")
    yield sentence("Keep users out of the installation on site: what they change there now does not reach CRM Online.")
    if head.frozen:
        yield sentence(
            "The installation on site stays frozen. `omt thaw` undoes that, if you have to go back to working there."
        )
