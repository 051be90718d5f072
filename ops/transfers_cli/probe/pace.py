"""How fast a probe may call: a quarter of the account's quotas, which are shared with everybody else in the account."""

from __future__ import annotations

from contact_transfer.config.worker_settings import Quota

#: The part of each quota that a probe may use, as all commands of an operator.
SHARE = 4
#: Calls at once: a repeated call "at once" needs two. The documented bursts are 5 and more, SearchContacts excepted.
_BURST = 2.0
#: The published quotas other than 2 a second. Source: "Amazon Connect service quotas".
_DEFAULT = Quota(2, 5)
_QUOTAS = {"DescribeContact": Quota(10, 15), "StopContact": Quota(10, 15), "SearchContacts": Quota(0.5, 1)}
#: What a throttled operation waits at least, doubled each time; seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0


def rate(operation: str) -> float:
    """Calls a second that a probe makes of ``operation`` at most."""
    return float(_QUOTAS.get(operation, _DEFAULT).rate) / SHARE


class Pace:
    """When the next call of each operation may be sent. Times in seconds."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._pauses: dict[str, float] = {}

    def reserve(self, operation: str, now: float, slots: int = 1) -> float:
        """Take ``slots`` calls of ``operation``; return the moment from which they may be sent, ``now`` or later.

        The calls of one reservation may be sent one after the other without a pause.
        """
        interval = 1.0 / rate(operation)
        burst = 1.0 if operation == "SearchContacts" else _BURST
        empty_at = max(self._free_at.get(operation, float("-inf")), now - burst * interval)
        self._free_at[operation] = empty_at + slots * interval
        return max(now, self._free_at[operation])

    def throttled(self, operation: str, now: float) -> None:
        """Amazon Connect throttled ``operation``: stay away for a while, longer each time."""
        pause = self._pauses[operation] = min(_LONGEST_PAUSE, self._pauses.get(operation, _FIRST_PAUSE / 2) * 2)
        self._free_at[operation] = now + pause
