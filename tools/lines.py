"""Counts the lines of Python by folder, now or at a commit.

python -m tools.lines             the working tree
python -m tools.lines REV ...     these commits and the working tree, side by side, with the difference to the first
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("lambda_src", "infra", "ops", "local", "bench", "tools", "tests")


def lines_by_folder(revision: str | None = None) -> Counter[str]:
    """Return the number of lines of the tracked Python files by top folder.

    Args:
        revision: a commit; the working tree if not given.

    Raises:
        subprocess.CalledProcessError: git does not know the commit.
    """
    pattern = [f"{folder}/*.py" for folder in FOLDERS]
    # git grep counts every line that has an end, and prefixes paths with the revision
    command = ["git", "grep", "--count", "-e", "", *([revision] if revision else []), "--", *pattern]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    counted: Counter[str] = Counter()
    for line in found.splitlines():
        path, _, count = line.removeprefix(f"{revision}:").rpartition(":")
        counted[path.partition("/")[0]] += int(count)
    return counted


def main(revisions: Sequence[str]) -> None:
    """Print a table: a row for each folder, a column for each commit (``revisions``) and for the working tree."""
    columns = [*(lines_by_folder(revision) for revision in revisions), lines_by_folder()]
    rows = [(folder, [column[folder] for column in columns]) for folder in FOLDERS]
    rows.append(("all", [column.total() for column in columns]))
    print("".join(f"{text:>12}" for text in ("", *(revision[:10] for revision in revisions), "now", "difference")))
    for name, counts in rows:
        print("".join(f"{text:>12}" for text in (name, *counts, f"{counts[-1] - counts[0]:+}")))


if __name__ == "__main__":
    main(sys.argv[1:])
