"""The request of a trial that must fail: followed into the dead-letter queue, and taken out of it. No other message is touched."""

from __future__ import annotations

import time
from dataclasses import dataclass

from contact_transfer.transfer.failure_codes import FailureCode
from transfers_cli.doctor.finding import Finding, Level
from transfers_cli.failed.moving import delete
from transfers_cli.failed.source import Source
from transfers_cli.ledger import LedgerReader
from transfers_cli.status.states import failure_of

_WHAT = "a request that must fail"


@dataclass
class Failing:
    """``message_id``: of the request, in the transfer queue. ``code``: under which it was found; ``removed``: whether it is gone.

    ``contact_id``: the contact that it names, which does not exist.
    """

    source: Source
    contact_id: str
    message_id: str | None = None
    problem: str | None = None
    do: str = ""
    sent_at: float = 0.0
    seconds: float | None = None
    code: str | None = None
    removed: bool = False

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.problem is not None or self.removed

    def fail(self, problem: str, do: str) -> None:
        """It cannot be followed, or was not sent: ``problem`` says why, ``do`` what to do about that."""
        self.problem, self.do = problem, do

    def sent(self, message_id: str) -> None:
        """The request was sent as this message."""
        self.message_id, self.sent_at = message_id, time.monotonic()

    def follow(self, ledger: LedgerReader, instance_id: str) -> None:
        """Look for it in the dead-letter queue once the ledger shows that it failed. Raise botocore's errors."""
        story = None if self.is_over or self.message_id is None else ledger.story(instance_id, self.contact_id)
        if story is not None and any(failure_of(record) for record in story.contact.requests.values()):
            self.look()

    def look(self) -> None:
        """Look for it in the dead-letter queue, and delete it. Everything else is given back. Raise botocore's errors."""
        if self.removed or self.message_id is None:
            return
        with self.source.look() as looking:
            own = [message for message in looking.look() if message.attribute("OriginalMessageId") == self.message_id]
            for message in own:
                self.code = message.code
                self.seconds = self.seconds or round(time.monotonic() - self.sent_at, 1)
            kept = looking.keep(own)
            left = delete(self.source.found.aws("sqs"), self.source.url, kept)
            looking.gone([message for message in kept if message not in left])
            self.removed = bool(own) and len(kept) == len(own) and not left

    def finding(self, waited: float) -> Finding:
        """What to tell of it, after ``waited`` seconds in all."""
        details = {"messageId": self.message_id, "failureCode": self.code, "seconds": {"parked": self.seconds}}
        see = f"Look for it and drop it: transfers failed show {self.message_id}."
        if self.problem is not None:
            return Finding(Level.BAD, _WHAT, self.problem, self.do, details)
        if self.code is None:
            seen = f"not in the dead-letter queue within {waited:g} s"
            return Finding(Level.BAD, _WHAT, seen, "See the worker's log, and docs/runbook.md.", details)
        if self.code != FailureCode.REQUEST_EXPIRED:
            return Finding(Level.BAD, _WHAT, f"it failed as {self.code}", "See docs/runbook.md for this code.", details)
        if not self.removed:
            return Finding(Level.BAD, _WHAT, "parked, and could not be removed", see, details)
        seen = f"in the dead-letter queue after {self.seconds:g} s as {self.code}, and removed"
        return Finding(Level.GOOD, _WHAT, seen, "", details)
