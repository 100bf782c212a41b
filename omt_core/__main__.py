"""`python -m omt_core`, which is also the command `omt`."""

from __future__ import annotations

import sys

from omt_core.cli.main import main as run


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
