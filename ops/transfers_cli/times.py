"""Times as people write them: lengths (``90s``, ``30m``, ``2h``, ``1d``), and moments, as an age or in RFC 3339."""

from __future__ import annotations

import re
import time

from contact_transfer.request.timestamps import instant
from transfers_cli.errors import Exit, Stop

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> float:
    """The length in seconds. A number without a unit is in minutes. Raise ``Stop`` for anything else."""
    match = re.fullmatch(r"(\d+)\s*([smhd]?)(?:in|ours?|ays?|ec)?", text.strip().lower())
    if match is None:
        raise Stop(f"'{text}' is no length of time: write 90s, 30m, 2h or 1d.", Exit.USAGE)
    return float(int(match[1]) * _SECONDS[match[2] or "m"])


def moment(text: str, now: float | None = None) -> float:
    """Epoch seconds of ``90m``, ``2h``, ``3d`` ago, or of a time in RFC 3339. Raise ``Stop`` for anything else.

    ``now``: from when an age counts; the present if None.
    """
    if match := re.fullmatch(r"(\d+)([smhd])", text):
        return (time.time() if now is None else now) - int(match[1]) * _SECONDS[match[2]]
    found = instant(text)
    if found is None:
        raise Stop(
            f"'{text}' is neither an age such as 90m, 2h or 3d nor a time such as 2026-03-01T09:30:00Z.", Exit.USAGE
        )
    return found
