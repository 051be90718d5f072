"""How a request can end without a transfer, as the record of its end spells it."""

from __future__ import annotations

from enum import StrEnum


class EndKind(StrEnum):
    """Every end. A word that is unknown to this version was written by a newer one."""

    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
