"""``python -m tests.exploration``: see ``commands``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda_src"))

from tests.exploration.commands import app

if __name__ == "__main__":
    app()
