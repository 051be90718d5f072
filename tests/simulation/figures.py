"""Figures in JSON files, each with the commit and the date of the run that made them."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_UNKNOWN = "unknown"


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return _UNKNOWN
    asked = [git, "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return done.stdout.strip() or _UNKNOWN


#: Of the code that runs, so asked when it is imported: while a run goes on somebody may commit.
_COMMIT = _commit()


def save_json(path: Path, figures: Any) -> None:
    """Write figures to a file, with the commit and the date of the run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stamped = {"commit": _COMMIT, "date": datetime.now(UTC).date().isoformat(), "figures": figures}
    path.write_text(json.dumps(stamped, indent=1) + "\n")


def read(path: Path) -> tuple[Any, str]:
    """Figures of a file, and a sentence on when they were made."""
    found = json.loads(path.read_text())
    return found["figures"], f"Run on {found['date']}, the code as of commit {found['commit']}."
