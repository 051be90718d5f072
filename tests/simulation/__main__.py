"""``python -m tests.simulation``: see ``commands`` and ``measuring_commands``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda_src"))

from tests.simulation import measuring_commands
from tests.simulation.commands import app

__all__ = ["app", "measuring_commands"]

if __name__ == "__main__":
    app()
