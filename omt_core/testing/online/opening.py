"""The part of the suite for online targets that is about opening a migration and claims on it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from omt_core.api import MigrationKind, OnlineRefusedError, RecoveryChoice, TenantState
from omt_core.testing.online_side import OnlineSuite, commit_stage, file_of, missing, open_migration, require, send
from omt_core.testing.samples import SAMPLE_LICENCE


class OpeningConformance(OnlineSuite):
    """Who may open what, and when."""

    async def test_it_tells_of_itself_before_anything_was_begun(self, tmp_path: Path) -> None:
        """A name, a public key of 64 hexadecimal digits, and no migration; plans and names can be asked for."""
        async with self.online_side(tmp_path) as connect:
            target = await connect(tmp_path)
            status = await target.status()
            require(bool(status.tenant), "It has no name.")
            require(re.fullmatch("[0-9a-f]{64}", status.public_key) is not None, "The key is not 64 hex digits.")
            require(status.migration is None, "It tells of a migration that nobody has begun.")
            require(status.state is TenantState.MIGRATION_PENDING, f"It is {status.state} before a migration.")
            require(all(plan.total >= plan.used >= 0 for plan in await target.plans()), "A plan has negative seats.")
            asked = [f"{number}@example.com" for number in range(1_500)]
            require(await target.taken_user_names(asked) <= set(asked), "It tells of names that were not asked for.")
            await target.aclose()

    async def test_a_name_that_is_taken_is_told_in_whatever_case_it_is_asked_for(self, tmp_path: Path) -> None:
        """User names differ by more than the case of letters (W68); each is told as it was asked for."""
        if self.taken_user_name is None:
            pytest.skip("nobody else has user names there: `taken_user_name` is None")
        held = self.taken_user_name
        asked = {held, held.upper(), held.lower(), held.swapcase()}
        async with self.online_side(tmp_path) as connect:
            target = await connect(tmp_path)
            told = await target.taken_user_names([*sorted(asked), f"not.{held}"])
            await target.aclose()
        require(told == asked, f"Of {sorted(asked)} it says that {sorted(told)} are taken.")

    async def test_connecting_and_asking_begins_nothing(self, tmp_path: Path) -> None:
        """A dry run asks and must leave no trace."""
        async with self.online_side(tmp_path) as connect:
            for _ in range(2):
                target = await connect(tmp_path)
                require((await target.status()).migration is None, "Asking has begun a migration.")
                await target.aclose()

    async def test_its_limits_make_sense(self, tmp_path: Path) -> None:
        """A bundle holds its members, and something can be asked and sent at all."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            limits = migration.limits
            require(0 < limits.member_bytes <= limits.bundle_bytes, "A member may be larger than its bundle.")
            positive = min(limits.chunk_bytes, limits.digests_per_request, limits.parallel_uploads) > 0
            require(positive, f"A limit is not positive: {limits}.")

    async def test_a_migration_outlives_runs_and_restarts_with_what_is_stored(self, tmp_path: Path) -> None:
        """The same id, the same contents."""
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            first = migration.id
            await send(migration, file_of(b"stored"), b"stored")
        async with self.online_side(tmp_path) as connect, open_migration(connect, tmp_path / "one") as migration:
            require(migration.id == first, "It has another id after a restart.")
            require(not await missing(migration, b"stored"), "A content that was acknowledged is gone.")
            target = await connect(tmp_path / "one")
            known = (await target.status()).migration
            await target.aclose()
            require(known is not None and not known.completed, "The status does not tell of the unfinished migration.")

    async def test_nothing_can_be_recovered_before_a_completion(self, tmp_path: Path) -> None:
        """Neither missing files nor an overwritten test."""
        async with self.online_side(tmp_path) as connect:
            for choice in RecoveryChoice:
                with pytest.raises(OnlineRefusedError):
                    async with open_migration(connect, tmp_path / "one", recovery=choice):
                        pass

    @pytest.mark.parametrize("changed", ["owner", "serial"])
    async def test_another_licence_is_refused(self, tmp_path: Path, changed: str) -> None:
        """The identity is that of the first run (W71)."""
        other = replace(SAMPLE_LICENCE, owner="Other") if changed == "owner" else replace(SAMPLE_LICENCE, serial="2")
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one"):
                pass
            with pytest.raises(OnlineRefusedError):
                async with open_migration(connect, tmp_path / "one", licence=other):
                    pass

    async def test_a_second_tool_is_refused_until_the_first_has_ended(self, tmp_path: Path) -> None:
        """By the code `migration-claimed`, so that a person knows what to do."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one"):
                with pytest.raises(OnlineRefusedError) as caught:
                    async with open_migration(connect, tmp_path / "two"):
                        pass
                require(caught.value.code == "migration-claimed", f"The code is {caught.value.code}.")
            async with open_migration(connect, tmp_path / "two"):
                pass

    async def test_a_claim_outlives_a_restart_of_the_online_side(self, tmp_path: Path) -> None:
        """A tool that was killed has given nothing back; its own next run goes on, another one waits."""
        async with self.online_side(tmp_path) as connect:
            (tmp_path / "one").mkdir()
            killed = await connect(tmp_path / "one")
            await killed.open(SAMPLE_LICENCE, MigrationKind.TEST, None)
            await killed.aclose()
        async with self.online_side(tmp_path) as connect:
            with pytest.raises(OnlineRefusedError):
                async with open_migration(connect, tmp_path / "two"):
                    pass
            async with open_migration(connect, tmp_path / "one"):
                pass

    async def test_a_tool_that_opens_again_ends_its_earlier_claim(self, tmp_path: Path) -> None:
        """A process that hangs on somewhere can change nothing any more."""
        async with (
            self.online_side(tmp_path) as connect,
            open_migration(connect, tmp_path / "one") as earlier,
            open_migration(connect, tmp_path / "one") as later,
        ):
            await commit_stage(later, tmp_path, "templates", [])
            with pytest.raises(OnlineRefusedError):
                await commit_stage(earlier, tmp_path, "documents", [])

    async def test_another_kind_begins_a_new_run_and_keeps_the_contents(self, tmp_path: Path) -> None:
        """What is stored is never asked for again."""
        async with self.online_side(tmp_path) as connect:
            async with open_migration(connect, tmp_path / "one") as migration:
                await send(migration, file_of(b"stored"), b"stored")
            async with open_migration(connect, tmp_path / "one", MigrationKind.LIVE) as migration:
                require(not await missing(migration, b"stored"), "A content is asked for again.")
