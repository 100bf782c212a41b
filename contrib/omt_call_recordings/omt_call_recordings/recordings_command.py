"""The command `call-recordings`: what would be moved, without a migration."""

from __future__ import annotations

import argparse

from omt_core.api import Command, CommandContext, ExitCode, byte_size
from omt_folders import SeenFolders

from omt_call_recordings.errors import FOLDER_NOT_SET, FOLDER_NOT_THERE
from omt_call_recordings.findings import PLUGIN
from omt_call_recordings.recordings import Tally, folder_missing, recordings_in
from omt_call_recordings.settings import CallRecordingsSettings


def recordings_command(settings: CallRecordingsSettings) -> Command:
    """Return the command for the folder that the settings name."""

    async def run(context: CommandContext, options: argparse.Namespace) -> int:
        del options
        if settings.folder is None:
            raise FOLDER_NOT_SET.error()
        tally = Tally(settings.smallest_bytes)
        async for batch in recordings_in(settings.folder, settings, SeenFolders(PLUGIN), tally.pass_over).items():
            tally.add(batch)
        if tally.is_missing:
            missing = folder_missing(settings.folder)
            raise FOLDER_NOT_THERE.error(missing.message)
        context.print(f"{tally.files:,} recordings with {byte_size(tally.size)} below {settings.folder}")
        context.print(
            f"{tally.empty:,} hold no sound, {tally.unreadable:,} cannot be read. "
            f"{tally.others:,} files have other endings and stay."
        )
        return context.finish(
            ExitCode.DONE,
            recordings=tally.files,
            bytes=tally.size,
            empty=tally.empty,
            unreadable=tally.unreadable,
            others=tally.others,
        )

    return Command(
        name="call-recordings",
        help="count the recordings that a migration moves",
        configure=_no_options,
        run=run,
    )


def _no_options(parser: argparse.ArgumentParser) -> None:
    del parser
