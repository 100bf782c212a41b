"""`python -m omt_core`, which is also the command `omt`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # What is loaded stays to the end: looking through it for garbage, again and again, is a sixth of the start.
    gc.disable()
    from omt_core.cli.main import main as run  # noqa: PLC0415 - behind the line above

    sys.exit(run())


if __name__ == "__main__":
    main()
