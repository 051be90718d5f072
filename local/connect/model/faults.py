"""Faults on demand: what can go wrong between a caller and Amazon Connect, for chosen operations, contacts, times and chances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from local.connect.model import errors
from local.connect.model.errors import ConnectError


class Delivery(StrEnum):
    """What reaches the caller."""

    ANSWER = "answer"  # the answer, or an error answer
    RESET = "reset"  # the connection is reset
    REFUSED = "refused"  # no connection at all (over HTTP: closed at once, before the request is read)
    HANG = "hang"  # nothing, until the caller's time-out
    GARBAGE = "garbage"  # HTTP 200 with a body that is no JSON (boto3 takes it for an answer without any member)
    EMPTY = "empty"  # HTTP 200 and ``{}`` without a request id, from somebody in between
    PAGE = "page"  # an HTML page without a request id, from somebody in between; the effect says its status


class FaultKind(StrEnum):
    """Every fault. Those named ``lost-…`` let the call take effect and lose or replace its answer."""

    THROTTLE = "throttle"
    THROTTLE_400 = "throttle-400"
    INTERNAL_ERROR = "internal-error"
    UNAVAILABLE = "unavailable"
    REQUEST_TIMEOUT = "request-timeout"
    CONFLICT = "conflict"
    ACCESS_DENIED = "access-denied"
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 - the name of a fault
    ACTIVE_TASK_QUOTA = "active-task-quota"
    RESET = "reset"
    REFUSED = "refused"
    HANG = "hang"
    SLOW = "slow"
    LATE = "late"
    LOST_RESET = "lost-reset"
    LOST_HANG = "lost-hang"
    LOST_GARBAGE = "lost-garbage"
    LOST_500 = "lost-500"
    LOST_503 = "lost-503"
    LOST_408 = "lost-408"
    LOST_409 = "lost-409"
    EMPTY = "empty"
    PAGE_200 = "page-200"
    PAGE_400 = "page-400"
    PAGE_403 = "page-403"
    PAGE_404 = "page-404"
    LOST_EMPTY = "lost-empty"
    LOST_PAGE_200 = "lost-page-200"
    LOST_PAGE_400 = "lost-page-400"
    LOST_PAGE_403 = "lost-page-403"
    LOST_PAGE_404 = "lost-page-404"


@dataclass(frozen=True)
class Effect:
    """Whether the call takes effect, which error answers it instead, and what reaches the caller. ``status``: of a page."""

    applies: bool
    error: Callable[[str], ConnectError] | None = None
    delivery: Delivery = Delivery.ANSWER
    status: int = 200


#: What each fault does. SLOW and LATE are missing: they only cost time and join any other fault.
EFFECTS: dict[FaultKind, Effect] = {
    FaultKind.THROTTLE: Effect(applies=False, error=lambda _: errors.throttled()),
    FaultKind.THROTTLE_400: Effect(applies=False, error=lambda _: errors.throttled(400)),
    FaultKind.INTERNAL_ERROR: Effect(applies=False, error=lambda _: errors.internal_error()),
    FaultKind.UNAVAILABLE: Effect(applies=False, error=lambda _: errors.unavailable()),
    FaultKind.REQUEST_TIMEOUT: Effect(applies=False, error=lambda _: errors.request_timeout()),
    FaultKind.CONFLICT: Effect(applies=False, error=lambda _: errors.idempotency()),
    FaultKind.ACCESS_DENIED: Effect(applies=False, error=errors.access_denied),
    FaultKind.EXPIRED_TOKEN: Effect(applies=False, error=lambda _: errors.expired_token()),
    FaultKind.ACTIVE_TASK_QUOTA: Effect(
        applies=False, error=lambda _: errors.quota_exceeded("The limit of concurrent active tasks is reached.")
    ),
    FaultKind.RESET: Effect(applies=False, delivery=Delivery.RESET),
    FaultKind.REFUSED: Effect(applies=False, delivery=Delivery.REFUSED),
    FaultKind.HANG: Effect(applies=False, delivery=Delivery.HANG),
    FaultKind.LOST_RESET: Effect(applies=True, delivery=Delivery.RESET),
    FaultKind.LOST_HANG: Effect(applies=True, delivery=Delivery.HANG),
    FaultKind.LOST_GARBAGE: Effect(applies=True, delivery=Delivery.GARBAGE),
    FaultKind.LOST_500: Effect(applies=True, error=lambda _: errors.internal_error()),
    FaultKind.LOST_503: Effect(applies=True, error=lambda _: errors.unavailable()),
    FaultKind.LOST_408: Effect(applies=True, error=lambda _: errors.request_timeout()),
    FaultKind.LOST_409: Effect(applies=True, error=lambda _: errors.idempotency()),
    FaultKind.EMPTY: Effect(applies=False, delivery=Delivery.EMPTY),
    FaultKind.PAGE_200: Effect(applies=False, delivery=Delivery.PAGE),
    FaultKind.PAGE_400: Effect(applies=False, delivery=Delivery.PAGE, status=400),
    FaultKind.PAGE_403: Effect(applies=False, delivery=Delivery.PAGE, status=403),
    FaultKind.PAGE_404: Effect(applies=False, delivery=Delivery.PAGE, status=404),
    FaultKind.LOST_EMPTY: Effect(applies=True, delivery=Delivery.EMPTY),
    FaultKind.LOST_PAGE_200: Effect(applies=True, delivery=Delivery.PAGE),
    FaultKind.LOST_PAGE_400: Effect(applies=True, delivery=Delivery.PAGE, status=400),
    FaultKind.LOST_PAGE_403: Effect(applies=True, delivery=Delivery.PAGE, status=403),
    FaultKind.LOST_PAGE_404: Effect(applies=True, delivery=Delivery.PAGE, status=404),
}


@dataclass(frozen=True)
class Fault:
    """A fault and when it strikes.

    ``operation``    one operation, or ``*`` for all
    ``contact_id``   only calls about this contact
    ``skip``         so many matching calls pass first
    ``calls``        strikes so many calls, then is over; None: no limit
    ``starts_after`` seconds from now until it begins
    ``seconds``      how long it lasts from its beginning; None: until it is removed
    ``probability``  chance of striking a matching call
    ``delay``        seconds: SLOW answers so much later, LATE takes effect so much later
    """

    kind: FaultKind
    operation: str = "*"
    contact_id: str | None = None
    skip: int = 0
    calls: int | None = None
    starts_after: float = 0.0
    seconds: float | None = None
    probability: float = 1.0
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability is between 0 and 1, not {self.probability:g}")
        if self.delay < 0 or self.starts_after < 0 or (self.seconds is not None and self.seconds < 0):
            raise ValueError("delay, starts_after and seconds are 0 or more")
        if self.kind in (FaultKind.SLOW, FaultKind.LATE) and self.delay == 0:
            raise ValueError(f"a {self.kind} fault needs a delay in seconds")


@dataclass(frozen=True)
class Strike:
    """What the faults do to one call. ``hold``: seconds before it takes effect; ``delay``: seconds before its answer leaves."""

    effect: Effect = Effect(applies=True)
    name: str | None = None
    hold: float = 0.0
    delay: float = 0.0


@dataclass
class _Entry:
    fault: Fault
    begins: float
    ends: float
    seen: int = 0
    struck: int = 0


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._added = 0

    def add(self, fault: Fault, now: float) -> int:
        """Put a fault in force; return the number to remove it by."""
        self._added += 1
        begins = now + fault.starts_after
        ends = float("inf") if fault.seconds is None else begins + fault.seconds
        self._entries[self._added] = _Entry(fault, begins, ends)
        return self._added

    def remove(self, number: int) -> bool:
        """End a fault; False when it was over already or never there."""
        return self._entries.pop(number, None) is not None

    def clear(self) -> None:
        """End all faults."""
        self._entries.clear()

    def in_force(self) -> dict[int, Fault]:
        """Return the faults that are not over, by number."""
        return {number: entry.fault for number, entry in self._entries.items()}

    def strike(self, operation: str, contact_id: str | None, now: float, random: Random) -> Strike:
        """Decide what happens to a call: the oldest fault that strikes, and the delays of all that strike."""
        if not self._entries:
            return Strike()
        result = Strike()
        for number, entry in list(self._entries.items()):
            if now >= entry.ends:
                del self._entries[number]
            elif self._strikes(entry, operation, contact_id, now, random):
                joined = _join(result, entry.fault)
                if joined is None:
                    continue  # an older fault decides; this one is not used up
                result = joined
                entry.struck += 1
                if entry.fault.calls is not None and entry.struck >= entry.fault.calls:
                    del self._entries[number]
        return result

    @staticmethod
    def _strikes(entry: _Entry, operation: str, contact_id: str | None, now: float, random: Random) -> bool:
        fault = entry.fault
        if now < entry.begins or fault.operation not in ("*", operation):
            return False
        if fault.contact_id is not None and fault.contact_id != contact_id:
            return False
        entry.seen += 1
        if entry.seen <= fault.skip:
            return False
        return fault.probability >= 1 or random.random() < fault.probability


def _join(strike: Strike, fault: Fault) -> Strike | None:
    name = f"{strike.name}+{fault.kind}" if strike.name else str(fault.kind)
    if fault.kind is FaultKind.SLOW:
        return Strike(strike.effect, name, strike.hold, strike.delay + fault.delay)
    if fault.kind is FaultKind.LATE:
        return Strike(strike.effect, name, strike.hold + fault.delay, strike.delay)
    if strike.effect.error is not None or strike.effect.delivery is not Delivery.ANSWER:
        return None
    return Strike(EFFECTS[fault.kind], name, strike.hold, strike.delay)
