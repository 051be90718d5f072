"""What time it is at Amazon Connect, measured from the ``Date`` header of its answers.

Connect's records carry its own times, and a worker's clock may be wrong by any amount, so moments that are compared with them are kept
by Connect's clock. Until an answer has been seen, the worker's clock counts, with a wide margin.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from contact_transfer.transfer.clock import Clock, Now

#: How far off a measured time may be: the header has whole seconds, and an answer may have been on its way for some.
MARGIN_SECONDS = 10.0
#: How far a clock that nobody has compared may be from Connect's (assumed; Lambda's hosts are kept within milliseconds).
UNMEASURED_MARGIN_SECONDS = 120.0


class ConnectClock:
    """Connect's clock as far as it is known."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead: float | None = None
        self._date, self._shown = "", 0.0

    def measure(self, date: str | None) -> None:
        """An answer of Connect's has just arrived with the header ``Date`` (``date``). One that cannot be read changes nothing."""
        if date is None:
            return
        if date != self._date:  # most answers come in the same second as another one
            try:
                self._date, self._shown = date, parsedate_to_datetime(date).timestamp()
            except ValueError:
                return
        # The header has whole seconds: what it allows already is not measured anew.
        least = self._shown - self._clock.now()
        self._ahead = min(max(self._ahead or 0.0, least), least + 1.0)

    def now(self) -> float:
        """Epoch seconds, as close as is known."""
        return self._clock.now() + (self._ahead or 0.0)

    def bounds(self) -> Now:
        """The present, between bounds."""
        margin = UNMEASURED_MARGIN_SECONDS if self._ahead is None else MARGIN_SECONDS
        return Now(self.now() - margin, self.now() + margin)
