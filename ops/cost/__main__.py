"""``python -m ops.cost``: the command by itself."""

import sys

from ops.main import run

if __name__ == "__main__":
    sys.exit(run(["cost", *sys.argv[1:]]))
