"""The suite for online targets passes one that is right, and each fault that is put into it is caught by a test.

A fault is a piece of the target's own source that is replaced by another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import anyio.to_thread
import pytest

from omt_core.testing.online.unwritten import tells_unwritten_bytes
from omt_core.testing.online_conformance import OnlineConformance, exported_database
from omt_core.testing.online_side import Connect
from tests.core.testing import sqlite_target
from tests.core.testing.suite_run import TOLD, failure_of

HELD = "Held.Elsewhere@Example.com"
FAULTS = {
    "names are taken by the case of their letters": (
        "if name.casefold() in held",
        "if name in held",
        "test_a_name_that_is_taken_is_told_in_whatever_case_it_is_asked_for",
    ),
    "tells of names that nobody asked for": (
        "frozenset(name for name in names if name.casefold() in held)",
        "frozenset(held)",
        "test_it_tells_of_itself_before_anything_was_begun",
    ),
    "counts a plan for every user": (
        "sum(user.plan is not None for user in request.users)",
        "len(request.users)",
        "test_the_receipt_counts_what_was_decided",
    ),
    "counts no user names": (
        "sum(user.user_name is not None for user in request.users)",
        "0",
        "test_the_receipt_counts_what_was_decided",
    ),
    "counts no changes": (
        '"changes": changes_of(request)',
        '"changes": changes_of(CompletionRequest())',
        "test_the_receipt_counts_what_was_decided",
    ),
    "was completed in the year 2000": (
        "datetime.now(UTC)",
        "datetime(2000, 1, 1, tzinfo=UTC)",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "takes the fingerprint of the last part for the table's": (
        "(total + int(part.fingerprint, 16))",
        "int(part.fingerprint, 16)",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "adds fingerprints without the modulus": (
        "(total + int(part.fingerprint, 16)) % FINGERPRINTS",
        "total + int(part.fingerprint, 16)",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "counts the rows of the last part": (
        "(rows + part.rows, total)",
        "(part.rows, total)",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "does not miss the last part": (
        "!= [False] * (len(parts) - 1) + [True]",
        "== []",
        "test_a_table_whose_parts_are_not_all_there_is_never_completed",
    ),
    "does not miss a part between": (
        "!= list(range(1, len(parts) + 1))",
        "== []",
        "test_a_table_whose_parts_are_not_all_there_is_never_completed",
    ),
    "waits on the event loop": (
        "await anyio.to_thread.run_sync(lambda: function(*arguments))",
        "function(*arguments)",
        "test_it_does_not_hold_up_the_event_loop",
    ),
    "syncs nothing": (
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = OFF",
        "test_what_is_acknowledged_is_on_the_disk",
    ),
    "takes a content of another size for the same": (
        "for one in contents if self._size(one.digest) != one.size",
        "for one in contents if self._size(one.digest) is None",
        "test_a_content_is_missing_until_it_is_stored",
    ),
    "takes a chunk at any offset": (
        "if offset != len(content):",
        "if offset < 0:",
        "test_a_chunk_at_another_offset_is_refused_and_does_no_harm",
    ),
    "believes what a file is announced as": (
        "if sha256(whole) != request.digest:",
        "if not request.digest:",
        "test_a_file_that_is_not_what_was_announced_is_refused_and_gone",
    ),
    "believes the names in a bundle": (
        "if sha256(content) != member.name:",
        "if not member.name:",
        "test_a_bundle_with_one_wrong_member_is_refused_whole",
    ),
    "keeps the right members of a wrong bundle": (
        'raise mismatch("content-mismatch", "A member is not what its name says.")',
        "continue",
        "test_a_bundle_with_one_wrong_member_is_refused_whole",
    ),
    "drops the last member of a bundle": (
        "    return contents\n",
        "    return contents[:-1]\n",
        "test_a_bundle_stores_all_its_members",
    ),
    "does not give up an upload": (
        'with self._changing() as file:\n            file.execute("DELETE FROM uploads WHERE url = ?", (url,))',
        "pass",
        "test_an_upload_that_was_given_up_is_lost",
    ),
    "forgets uploads in a restart": (
        "executescript(TABLES)",
        "executescript(TABLES + 'DELETE FROM uploads;')",
        "test_an_upload_goes_on_after_a_restart",
    ),
    "commits what is not stored": (
        "self._refuse_missing(entries)\n            refuse_missing_parts(entries)",
        "refuse_missing_parts(entries)",
        "test_a_stage_with_a_content_that_is_not_stored_is_refused",
    ),
    "takes lines in any order": (
        "keys != sorted(set(keys)) or ",
        "",
        "test_a_manifest_that_breaks_its_format_is_refused",
    ),
    "takes any number of lines": (
        " or len(entries) != items",
        "",
        "test_a_manifest_that_breaks_its_format_is_refused",
    ),
    "takes lines of another stage": (
        "entry.stage != stage for entry",
        "not entry.stage for entry",
        "test_a_manifest_that_breaks_its_format_is_refused",
    ),
    "takes lines that are not canonical": (
        '.encode("utf-8", "backslashreplace") != line:',
        '.encode("utf-8", "backslashreplace") == b"":',
        "test_a_manifest_that_breaks_its_format_is_refused",
    ),
    "takes a manifest that is cut off": (
        "    if rest:\n",
        "    if rest:\n        lines.append(rest)\n    if not lines:\n",
        "test_a_manifest_that_breaks_its_format_is_refused",
    ),
    "takes names that lead out": (
        "and leads_out(entry.name)",
        "and not entry.key",
        "test_a_name_that_leads_out_of_its_folder_is_refused",
    ),
    "does not look at the serial number": (
        '(state["owner"], state["serial"]) != (licence.owner, licence.serial)',
        'state["owner"] != licence.owner',
        "test_another_licence_is_refused",
    ),
    "lets two tools in": (
        'if state["client"] not in {None, client}:',
        "if not client:",
        "test_a_second_tool_is_refused_until_the_first_has_ended",
    ),
    "keeps a claim that was let go": (
        "self._keep(state | {\"client\": None, \"claim\": \"\"})",
        "pass",
        "test_a_second_tool_is_refused_until_the_first_has_ended",
    ),
    "lets an earlier claim go on": (
        'if state is None or state["claim"] != claim:',
        "if state is None:",
        "test_a_tool_that_opens_again_ends_its_earlier_claim",
    ),
    "has another id each time": (
        'state |= {"client": client,',
        'state |= {"id": secrets.token_hex(8), "client": client,',
        "test_a_migration_outlives_runs_and_restarts_with_what_is_stored",
    ),
    "throws contents away with the kind": (
        'state |= {"pending": {}, "over": False, "kind": kind',
        'self._file.execute("DELETE FROM contents"); state |= {"pending": {}, "over": False, "kind": kind',
        "test_another_kind_begins_a_new_run_and_keeps_the_contents",
    ),
    "opens a completed migration without a choice": (
        "if (completed is None) != (recovery is None):",
        "if completed is None and recovery is not None:",
        "test_a_completed_migration_is_opened_by_a_choice_only",
    ),
    "recovers what was never completed": (
        'raise refused("choice-not-possible", "There is nothing to recover, or a choice is needed.")',
        "completed = completed or kind",
        "test_nothing_can_be_recovered_before_a_completion",
    ),
    "overwrites a live migration": (
        "recovery is RecoveryChoice.OVERWRITE_TEST and completed != MigrationKind.TEST",
        "recovery is RecoveryChoice.OVERWRITE_TEST and completed is None",
        "test_a_test_is_overwritten_by_a_live_migration",
    ),
    "makes a test live by missing files": (
        "recovery is RecoveryChoice.MISSING and kind != completed",
        "recovery is RecoveryChoice.MISSING and completed is None",
        "test_a_completed_migration_is_opened_by_a_choice_only",
    ),
    "takes the stages of the test for the live migration's": (
        'state |= {"pending": {}, "over": False, "kind"',
        'state |= {"pending": state["migrated"], "over": False, "kind"',
        "test_a_test_is_overwritten_by_a_live_migration",
    ),
    "forgets in a recovery what was there": (
        'stages = state["migrated"] | state["pending"]',
        'stages = {"database": state["migrated"]["database"]} | state["pending"]',
        "test_what_a_recovery_does_not_commit_stays",
    ),
    "takes a database in a recovery": (
        'if manifest.stage == "database" and state["recovery"] == RecoveryChoice.MISSING:',
        'if manifest.stage == "":',
        "test_missing_files_are_added_and_the_rest_stays",
    ),
    "leaves out of a recovery's receipt what stayed on site": (
        '"changed_tables", "omitted")',
        '"changed_tables")',
        "test_missing_files_are_added_and_the_rest_stays",
    ),
    "completes without a database": (
        'raise refused("stage-missing", "The database was not committed.")',
        'self._put(b""); stages = stages | {"database": ["s1", sha256(b""), 0]}',
        "test_a_completion_without_the_database_is_refused",
    ),
    "completes stages of two snapshots": (
        "for snapshot, _, _ in stages.values()}) > 1",
        "for snapshot, _, _ in stages.values()}) > 9",
        "test_stages_of_two_snapshots_are_refused",
    ),
    "signs another header": (
        "self._key.sign(canonical(header))",
        "self._key.sign(canonical({}))",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "splits the tree in the middle": (
        "half = 1 << (len(lines) - 1).bit_length() - 1",
        "half = len(lines) // 2",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "writes the receipt as it likes": (
        'separators=(",", ":"), sort_keys=True',
        'separators=(", ", ": "), sort_keys=True',
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "counts nothing as left behind": (
        "len(files) - len(stored)",
        "0",
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
    "has a new key after a restart": (
        "if not key.exists():",
        "if folder:",
        "test_what_is_completed_stays_so_after_a_restart",
    ),
    "does not say that it is done": (
        'state="done", done=1, total=1',
        'state="importing", done=1, total=1',
        "test_a_completion_ends_with_a_receipt_that_anybody_can_check",
    ),
}  # fmt: skip


def suite_for(target: ModuleType) -> OnlineConformance:
    class Suite(OnlineConformance):
        taken_user_name = HELD

        @asynccontextmanager
        async def online_side(self, folder: Path) -> AsyncIterator[Connect]:
            store = await anyio.to_thread.run_sync(target.Store, folder / "online", [HELD])
            try:
                yield lambda workspace: target.connect(store, workspace)
            finally:
                await anyio.to_thread.run_sync(store.close)

    return Suite()


class TestSqliteTarget(type(suite_for(sqlite_target))):
    """The target as it is."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_target_is_caught(fault: str, tmp_path: Path) -> None:
    right, wrong, test = FAULTS[fault]
    if fault == "syncs nothing" and not tells_unwritten_bytes(tmp_path):
        pytest.skip("this system does not tell what is not on the disk yet")
    source = Path(sqlite_target.__file__).read_text(encoding="utf-8")
    assert source.count(right) == 1
    faulty = ModuleType("faulty_target")
    exec(compile(source.replace(right, wrong), "faulty_target.py", "exec"), vars(faulty))
    database = exported_database()
    failure = failure_of(suite_for(faulty), test, tmp_path, {"database": lambda _: database})
    assert isinstance(failure, TOLD), failure
