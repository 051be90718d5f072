"""``python -m transfers_cli.cost``: the command by itself."""

import sys

from transfers_cli.main import run

if __name__ == "__main__":
    sys.exit(run(["cost", *sys.argv[1:]]))
