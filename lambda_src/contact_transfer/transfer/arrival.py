"""What work on one delivery of a request has at hand, and what is reported of it."""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.config.worker_settings import Settings
from contact_transfer.connect.connect import Connect
from contact_transfer.connect.rate_limiter import RateLimiter
from contact_transfer.connect.tree import Tree
from contact_transfer.ledger.ledger import Session
from contact_transfer.ledger.records import RequestRecord
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock, Deadline, Randomness
from contact_transfer.transfer.eligibility import Eligibility
from contact_transfer.transfer.outcome import Failed, MessageOutcome
from contact_transfer.transfer.parking_brake import ParkingBrake
from contact_transfer.transfer.reconciliation import Reconciliation
from contact_transfer.transfer.route_quota import Routes


@dataclass(frozen=True)
class Means:
    """What work on a request needs, beside the ledger."""

    connect: Connect
    limiter: RateLimiter
    eligibility: Eligibility
    reconciliation: Reconciliation
    routes: Routes
    brake: ParkingBrake
    settings: Settings
    clock: Clock
    randomness: Randomness


@dataclass(frozen=True)
class Arrival:
    """One delivery of a request, to be worked on before ``deadline``.

    ``policy_failure``: why the deployment's settings refuse it. ``tree``: the contact's tree, where it has been read already.
    """

    means: Means
    session: Session
    request: TransferRequest
    delivery: Delivery
    deadline: Deadline
    policy_failure: Failed | None = None
    tree: Tree | None = None

    @property
    def record(self) -> RequestRecord:
        """What the ledger has of the request, under the lease that is held."""
        return self.session.held.record

    def backoff(self) -> float:
        """Seconds to stay away when nothing is known of earlier failures."""
        return self.means.randomness.backoff(self.delivery.receives)


@dataclass(frozen=True)
class Report:
    """What became of one message; the ledger knows it.

    ``conflict``: the name that the ledger has as the contact's winner although Connect answered 200 to this request.
    ``session``: through which the ledger hears that the end of a message is reported.
    """

    outcome: MessageOutcome
    conflict: str | None = None
    session: Session | None = None
