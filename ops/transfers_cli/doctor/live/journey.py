"""One request of a trial, followed through the ledger to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.confirmation.arrivals import CONFIRMED
from transfers_cli.doctor.finding import Finding, Level
from transfers_cli.ledger import LedgerReader, Story
from transfers_cli.status.states import State, key_of, state_of

_SEE = "See it: transfers status {}, and docs/runbook.md."


@dataclass
class Journey:
    """A request and how far it has come. ``seconds``: after which time each step was seen, counted from when it was sent.

    ``what``: in the findings. ``contact_id`` is None until the test contact is started. ``problem``: why it will not arrive.
    """

    what: str
    request: str
    contact_id: str | None = None
    new_contact_id: str | None = None
    problem: str | None = None
    do: str = ""
    sent_at: float | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.problem is not None or "confirmed" in self.seconds

    def fail(self, problem: str, do: str) -> None:
        """It will not arrive: ``problem`` says why, ``do`` what to do about that."""
        self.problem, self.do = problem, do

    def send_began(self) -> None:
        """The request is handed over now."""
        self.sent_at = time.monotonic()

    def follow(self, ledger: LedgerReader, instance_id: str) -> None:
        """Look how far it has come. Raise botocore's errors."""
        if self.is_over or self.contact_id is None:
            return
        story = ledger.story(instance_id, self.contact_id)
        if story is None:
            return
        self._read(story)

    def _read(self, story: Story) -> None:
        key = key_of(story.contact, self.request)
        done = story.contact.done(key)
        if done is not None:
            self.new_contact_id = done.new_contact_id
            self._step("transferred")
            self._read_arrival(story)
            return
        state = state_of(story.contact, key, time.time())
        if state.state in {State.FAILED, State.SKIPPED, State.CANCELLED, State.TRANSFERRED_BY_OTHER}:
            self.fail(state.sentence, _SEE.format(self.contact_id))

    def _read_arrival(self, story: Story) -> None:
        if story.arrival is None:
            return
        if story.arrival.state == CONFIRMED:
            self._step("confirmed")
        else:
            self.fail(
                f"transferred to {self.new_contact_id}, which did not arrive: {story.arrival.how}",
                "Look at what the flow does with the contact: docs/runbook.md, unconfirmed.",
            )

    def _step(self, name: str) -> None:
        if self.sent_at is not None:
            self.seconds.setdefault(name, round(time.monotonic() - self.sent_at, 1))

    def finding(self, waited: float) -> Finding:
        """What to tell of it, after ``waited`` seconds in all."""
        details: dict[str, Any] = {
            "contactId": self.contact_id,
            "newContactId": self.new_contact_id,
            "seconds": self.seconds,
        }
        steps = ", ".join(f"{step} after {seconds:g} s" for step, seconds in self.seconds.items())
        if self.problem is not None:
            return Finding(Level.BAD, self.what, self.problem, self.do, details)
        if "confirmed" in self.seconds:
            return Finding(Level.GOOD, self.what, steps, "", details)
        missing = "no arrival was seen" if self.seconds else "not transferred"
        seen = f"{steps}{', ' if steps else ''}{missing} within {waited:g} s"
        return Finding(Level.BAD, self.what, seen, _SEE.format(self.contact_id), details)
