"""A trial from its first contact to its last: every source at once, followed until all is over, and cleaned up however it ends."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Level
from transfers_cli.doctor.live.failing import Failing
from transfers_cli.doctor.live.journey import Journey
from transfers_cli.doctor.live.request import Trial
from transfers_cli.doctor.live.sources import SOURCES, LiveSource, NotTaken, cancel, failing, send_body
from transfers_cli.failed.source import Source
from transfers_cli.ledger import LedgerReader
from transfers_cli.trial_contacts import TrialContacts

#: Seconds between two looks into the ledger, one small read for each source.
_LOOK_SECONDS = 0.5


@dataclass
class LiveTrial:
    """Carries out a trial. ``stop``: set when somebody wants it to end early."""

    found: Deployment
    trial: Trial
    contacts: TrialContacts
    stop: threading.Event
    journeys: list[Journey] = field(default_factory=list)

    def run(self) -> list[Finding]:
        """Send through every source, follow everything to its end, clean up, and tell what was seen."""
        began = time.monotonic()
        dead = Failing(Source.of(self.found, confirmation=False), str(uuid.uuid4()))
        try:
            self._send(dead)
            self._follow(dead, began)
        except (ClientError, BotoCoreError) as error:
            unfinished: list[Journey | Failing] = [*self.journeys, dead]
            for one in unfinished:
                if not one.is_over:
                    one.fail(
                        f"it could not be followed: {_in_words(error)}",
                        "Give your role the calls in docs/operators.md.",
                    )
        finally:
            left = list(self._clean(dead))
        waited = round(time.monotonic() - began)
        return [*(one.finding(waited) for one in self.journeys), dead.finding(waited), *left]

    def _send(self, dead: Failing) -> None:
        for source in SOURCES:
            if not self.stop.is_set():
                journey = Journey(source.title, self.trial.request_name(source.key))
                self.journeys.append(journey)
                self._begin(source, journey)
        if self.stop.is_set():
            return
        try:
            dead.sent(send_body(self.found, "TransferQueueUrl", failing(self.trial, dead.contact_id)))
        except (ClientError, BotoCoreError) as error:
            dead.fail(f"it could not be sent: {_in_words(error)}", "Give your role sqs:SendMessage.")

    def _begin(self, source: LiveSource, journey: Journey) -> None:
        try:
            journey.contact_id = self.contacts.start()
        except (ClientError, BotoCoreError) as error:
            journey.fail(
                f"no test contact could be started: {_in_words(error)}", "Give your role connect:StartTaskContact."
            )
            return
        try:
            journey.send_began()
            source.send(self.found, self.trial, journey.contact_id)
        except (ClientError, BotoCoreError, NotTaken) as error:
            journey.fail(f"it did not take the request: {_in_words(error)}", "See which policy or role denies it.")

    def _follow(self, dead: Failing, began: float) -> None:
        ledger, instance = LedgerReader(self.found), self.trial.instance.instance_id
        while time.monotonic() - began < self.trial.seconds:
            for journey in self.journeys:
                journey.follow(ledger, instance)
                if journey.new_contact_id is not None:
                    self.contacts.became(journey.new_contact_id)
            dead.follow(ledger, instance)
            if (dead.is_over and all(one.is_over for one in self.journeys)) or self.stop.wait(_LOOK_SECONDS):
                return

    def _clean(self, dead: Failing) -> Iterator[Finding]:
        """End every contact, cancel what has not begun, and take the failed request away. Yield what is left."""
        if any("transferred" not in one.seconds for one in self.journeys) and (
            wrong := _tried(lambda: cancel(self.found, self.trial))
        ):
            yield _left(f"requests of batch {self.trial.name}", wrong, "Cancel them: transfers cancel --batch-id.")
        if wrong := _tried(dead.look):
            dead.fail(
                f"the dead-letter queue could not be read: {wrong}", "Give your role the calls in docs/operators.md."
            )
        for contact, why in self.contacts.end_all().items():
            yield _left(f"test contact {contact}", why, f"End it in Connect; its name has {self.trial.name}.")


def _left(what: str, why: str, do: str) -> Finding:
    return Finding(Level.BAD, what, f"left behind: {why}", do)


def _tried(act: Callable[[], None]) -> str | None:
    """Do it; what went wrong, if anything did."""
    try:
        act()
    except (ClientError, BotoCoreError) as error:
        return _in_words(error)
    return None


def _in_words(error: Exception) -> str:
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return f"{error.operation_name} answered {details.get('Code')}: {details.get('Message')}"
    return str(error)
