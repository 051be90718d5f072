"""Lengths of time as people write them: ``90s``, ``30m``, ``2h``, ``1d``."""

from __future__ import annotations

import re

from transfers_cli.errors import Exit, Stop

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> float:
    """The length in seconds. A number without a unit is in minutes. Raise ``Stop`` for anything else."""
    match = re.fullmatch(r"(\d+)\s*([smhd]?)(?:in|ours?|ays?|ec)?", text.strip().lower())
    if match is None:
        raise Stop(f"'{text}' is no length of time: write 90s, 30m, 2h or 1d.", Exit.USAGE)
    return float(int(match[1]) * _SECONDS[match[2] or "m"])
