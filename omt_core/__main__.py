"""`python -m omt_core`, which is also the command `omt`."""

from __future__ import annotations

import gc
import sys

from omt_core.version import __version__


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # for which nothing need be put together, nor be whole
        from omt_core.cli.output import outputs  # noqa: PLC0415 - all that is needed

        with outputs():
            sys.stdout.write(f"omt {__version__}\n")
        sys.exit(0)
    # What is loaded stays to the end: looking through it for garbage, again and again, is a sixth of the start.
    gc.disable()
    from omt_core.cli.main import main as run  # noqa: PLC0415 - behind the line above

    sys.exit(run())


if __name__ == "__main__":
    main()
