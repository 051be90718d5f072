"""``python -m transfers_cli`` is ``transfers``. Ctrl-C ends it without a traceback, also while it still loads."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command and exit with its status."""
    try:
        from transfers_cli.main import main  # noqa: PLC0415 - Ctrl-C may come while this loads

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
