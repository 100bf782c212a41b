"""A command line for the commands under test: collects what they say, and starts a fake program as "itself"."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import anyio


class Console:
    def __init__(self, folder, *program):
        self.data_folder = Path(folder)
        self.self_command = (sys.executable, *map(str, program))
        self.json = False
        self.lines = []
        self.finished = None

    def print(self, text=""):
        self.lines.append(text)

    def print_line(self, text):
        self.lines.append(text)

    async def written(self):
        """Nothing waits to be written."""

    def finish(self, exit_code, **fields):
        self.finished = (exit_code, fields)
        return exit_code

    async def emit(self, event):
        raise AssertionError(event)

    def run(self, command, *words):
        parser = argparse.ArgumentParser(prog=command.name)
        command.configure(parser)
        return anyio.run(command.run, self, parser.parse_args([str(word) for word in words]))

    @property
    def text(self):
        return "\n".join(self.lines)
