"""The brake on parking: a flow that somebody archives for five minutes must not send a whole backlog to the dead-letter queue.

Ten requests in a row, within a minute, that fail with the same code for the same flow or destination are parked. From then on the
others of that flow or destination wait, without a call to Amazon Connect, and one of them looks again each minute. The brake comes
off when one of them gets past the check. Requests for other flows and destinations go on. It is the memory of one environment of
the function: another one parks its own ten, or puts its brake on as soon as one fails that has waited before. No AWS, no clock in here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import FailureCode

FAILURES = 10
WITHIN_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 60.0
#: After an hour the waits grow with the time that a request has waited: a message has 1,000 receives.
_WAIT_SHARE = 1 / 60
_LONGEST_WAIT_SECONDS = 900.0
_TARGETS = 1000  # remembered at most; an instance has a few hundred flows and queues
_OF_FLOW = (FailureCode.FLOW_NOT_USABLE, FailureCode.FLOW_NOT_FOUND)
_OF_DESTINATION = (FailureCode.DESTINATION_NOT_FOUND,)

#: Instance, and the flow or destination in it.
Target = tuple[str, str]


def wait(waited: float) -> float:
    """Seconds until a request that has ``waited`` so many seconds is tried again: a minute, and after an hour longer."""
    return min(_LONGEST_WAIT_SECONDS, max(LOOK_AGAIN_SECONDS, waited * _WAIT_SHARE))


@dataclass
class _Failures:
    """The latest failures of a target in a row. ``look_at``: when the next request looks again; None: the brake is off."""

    code: FailureCode
    times: deque[float] = field(default_factory=lambda: deque(maxlen=FAILURES))
    look_at: float | None = None


class ParkingBrake:
    """Which flows and destinations requests wait for. ``now`` is seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._failures: dict[Target, _Failures] = {}

    def held_by(self, request: TransferRequest, now: float) -> FailureCode | None:
        """The code for which the request must wait now; None when it may be tried. Of those that wait, one a minute may."""
        braked = [one for one in self._of(request) if one.look_at is not None]
        for one in braked:
            if one.look_at is not None and now < one.look_at:
                return one.code
        for one in braked:
            one.look_at = now + LOOK_AGAIN_SECONDS
        return None

    def is_parked(self, request: TransferRequest, code: FailureCode, now: float, *, has_waited: bool = False) -> bool:
        """Whether a request that fails with ``code`` is parked; False: it waits as others do.

        ``has_waited``: a brake held it before, perhaps that of another environment.
        """
        target = _target(request, code)
        if target is None:
            self.look_again(request, now)
            return True
        if code in _OF_DESTINATION:
            self._failures.pop(_targets(request)[0], None)  # only what has passed the check of its flow is called for
        seen = self._failures.get(target)
        is_on = seen is not None and seen.look_at is not None
        if seen is None or (seen.code is not code and not is_on):
            seen = self._begin(target, code)
        if is_on or has_waited:
            seen.code, seen.look_at = code, now + LOOK_AGAIN_SECONDS
            return False
        seen.times.append(now)
        if len(seen.times) == FAILURES and now - seen.times[0] <= WITHIN_SECONDS:
            seen.look_at = now + LOOK_AGAIN_SECONDS
        return True

    def _begin(self, target: Target, code: FailureCode) -> _Failures:
        if len(self._failures) >= _TARGETS:
            self._failures.clear()
        self._failures[target] = _Failures(code)
        return self._failures[target]

    def release(self, request: TransferRequest) -> None:
        """The request was transferred: its flow and its destination are good again."""
        for target in _targets(request):
            self._failures.pop(target, None)

    def look_again(self, request: TransferRequest, now: float) -> None:
        """The request ended for a reason of its own, which tells nothing of its flow: the next one looks in its place."""
        for one in self._of(request):
            if one.look_at is not None:
                one.look_at = now

    def _of(self, request: TransferRequest) -> list[_Failures]:
        return [self._failures[target] for target in _targets(request) if target in self._failures]


def _targets(request: TransferRequest) -> tuple[Target, ...]:
    destination = request.queue_id or request.user_id
    flow = (request.instance_id, f"flow {request.contact_flow_id}")
    return (flow,) if destination is None else (flow, (request.instance_id, f"to {destination}"))


def _target(request: TransferRequest, code: FailureCode) -> Target | None:
    """What is wrong according to the code; None for codes that are not about a flow or a destination."""
    if code in _OF_FLOW:
        return _targets(request)[0]
    return _targets(request)[-1] if code in _OF_DESTINATION else None
