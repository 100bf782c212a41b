"""The command `call-recordings`: what would be moved, without a migration."""

from __future__ import annotations

import argparse

from omt_core.api import Command, CommandContext, ExitCode, InputError, byte_size
from omt_folders import SeenFolders

from omt_call_recordings.findings import PLUGIN
from omt_call_recordings.recordings import Tally, recordings_in
from omt_call_recordings.settings import CallRecordingsSettings


def recordings_command(settings: CallRecordingsSettings) -> Command:
    """Return the command for the folder that the settings name."""

    async def run(context: CommandContext, options: argparse.Namespace) -> int:
        del options
        if settings.folder is None:
            raise InputError(
                "call-recordings-folder-not-set",
                "No folder of call recordings is named.",
                "Set call_recordings.folder in the settings file.",
            )
        tally = Tally(settings.smallest_bytes)
        async for batch in recordings_in(settings.folder, settings, SeenFolders(PLUGIN)).items():
            tally.add(batch)
        context.print(f"{tally.files:,} recordings with {byte_size(tally.size)} below {settings.folder}")
        context.print(f"{tally.empty:,} hold no sound, {tally.unreadable:,} cannot be read.")
        code = ExitCode.SOURCE if tally.is_missing else ExitCode.DONE
        return context.finish(code, recordings=tally.files, bytes=tally.size, empty=tally.empty)

    return Command(
        name="call-recordings",
        help="count the recordings that a migration moves",
        configure=_no_options,
        run=run,
    )


def _no_options(parser: argparse.ArgumentParser) -> None:
    del parser
