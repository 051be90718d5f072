"""What a run on the virtual clock is given, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.requests import Mix
from contact_transfer.config.worker_settings import DEFAULT_QUOTAS, Quota
from contact_transfer_cdk.settings import sizing as deployed
from contact_transfer_cdk.settings.checks import default_concurrency
from local.virtual import Cloud

#: Seconds of a new environment until its first batch begins: the cold start that is measured here, and Lambda's own part (assumed).
INIT_SECONDS = 0.25


@dataclass(frozen=True)
class Load:
    """What a run is given.

    Attributes:
        requests: how many.
        rate: the quota of TransferContact, in calls a second. The quotas of the other operations are raised in proportion.
        burst: the same quota's burst.
        mix: how many of the requests must fail.
        spread: requests a second; 0 for all at once.
        recycle_after: invocations in the life of an environment.
        seed: of all chance.
        concurrency: workers; derived from the rate unless given.
        init_seconds: cold start.
        poll_seconds: least and most time between two polls; derived from the concurrency unless given.
        batch: messages an invocation.
        others: called with the cloud before it starts, to plan what other callers do.
    """

    requests: int
    rate: float = 2.0
    burst: float = 5.0
    mix: Mix = field(default_factory=Mix)
    spread: float = 0.0
    recycle_after: int = 50
    seed: int = 1
    concurrency: int | None = None
    init_seconds: float = INIT_SECONDS
    poll_seconds: tuple[float, float] | None = None
    batch: int = field(default_factory=lambda: deployed.Sizing().batch_size)
    others: Callable[[Cloud], None] | None = None

    @property
    def workers(self) -> int:
        """The concurrency that the deployment's settings derive from the pace."""
        return self.concurrency or default_concurrency(self.rate)

    @property
    def quotas(self) -> dict[str, Quota]:
        """Quotas of the other operations, by name."""
        raised = self.rate / 2
        return {name: Quota(quota.rate * raised, quota.burst * raised) for name, quota in DEFAULT_QUOTAS.items()}


@dataclass(frozen=True)
class Run:
    """How a run went. Times are seconds on the virtual clock from the first message on.

    Attributes:
        load: what it was given.
        floor: the earliest moment at which the last necessary call could be made.
        makespan: the moment of the last call.
        starting: seconds in which the account's full bucket overflowed while the workers came up.
        calls: by operation.
        throttled: by operation.
        transferred: contacts.
        failed_rightly: parked messages that had to fail.
        failed_wrongly: other parked messages.
        twice: transfers beyond one for a contact.
        left: messages still in the queue.
        messages: sent.
        deliveries: of messages to workers.
        ways: one for each transferred request, shortest first.
        transfers_at: the moments of the transfers.
        called_at: the moments of the calls, by operation.
        throttled_at: the same of the throttled ones.
        cpu: seconds that this machine computed.
    """

    load: Load
    floor: float
    makespan: float
    starting: float
    calls: Counter[str]
    throttled: Counter[str]
    transferred: int
    failed_rightly: int
    failed_wrongly: int
    twice: int
    left: int
    messages: int
    deliveries: int
    ways: list[Way]
    transfers_at: list[float]
    called_at: dict[str, list[float]]
    throttled_at: dict[str, list[float]]
    cpu: float

    @property
    def ratio(self) -> float:
        """Makespan over floor."""
        return self.makespan / self.floor

    @property
    def ratio_once_started(self) -> float:
        """Makespan over floor, without the tokens that were lost before any worker was there."""
        return (self.makespan - self.starting) / self.floor

    @property
    def receives(self) -> float:
        """Deliveries of a message on average."""
        return self.deliveries / max(1, self.messages)


@dataclass(frozen=True)
class Way:
    """A request's way to its transfer, in seconds.

    Attributes:
        whole: from sending to transfer.
        queued: of it, until a worker had the message.
        calls: of it, in calls to AWS.
    """

    whole: float
    queued: float
    calls: float

    @property
    def own(self) -> float:
        """The rest: waits of the worker."""
        return self.whole - self.queued - self.calls
