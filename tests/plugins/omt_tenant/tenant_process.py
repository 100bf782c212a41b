"""Runs the command `tenant` with the words given, as the command line would."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import anyio

from omt_core.api.errors import OmtError
from omt_core.api.events import Event
from omt_tenant.command import tenant_command
from omt_tenant.settings import TenantSettings


class Context:
    """As little of a command's context as there can be."""

    self_command = ()
    json = False
    data_folder = Path()

    def emit(self, event: Event) -> None:
        raise AssertionError(event)

    def print(self, text: str = "") -> None:
        sys.stdout.write(f"{text}\n")

    def print_line(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def finish(self, exit_code: int, **fields: object) -> int:
        sys.stdout.write(f"{sorted(fields)}\n")
        return exit_code


def main(words: list[str]) -> int:
    command = tenant_command(TenantSettings())
    parser = argparse.ArgumentParser()
    command.configure(parser)
    try:
        return anyio.run(command.run, Context(), parser.parse_args(words))
    except OmtError as error:
        sys.stdout.write(f"{error.code}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
