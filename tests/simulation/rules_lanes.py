"""Rules on the lanes (a): a request that names the other lane is moved there as it is, and nothing else is moved."""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual import Message
from tests.simulation.case import Case
from tests.simulation.evidence import Wanted
from tests.simulation.fates import is_urgent


def lanes(case: Case) -> Iterator[str]:
    """A message was moved to a lane that its request does not name, or came to an end in the other one."""
    for message in case.evidence.messages:
        wanted = case.evidence.of_message[message.id]
        moved = case.fates.original(message) != message.id and message.id in case.evidence.resent
        if moved and wanted.request.priority != _lane(message):
            yield f"{message.id} of request {wanted.number} was moved to the {_lane(message)} lane, which it does not name"
        if message.deleted is not None and _is_astray(message, wanted) and not _was_moved(case, message, wanted):
            yield f"{message.id} of request {wanted.number} ended in the {_lane(message)} lane, and names the other one"


def _lane(message: Message) -> str:
    return "urgent" if is_urgent(message) else "normal"


def _is_astray(message: Message, wanted: Wanted) -> bool:
    request = wanted.request
    return request.priority is not None and request.priority != _lane(message) and not request.static


def _was_moved(case: Case, message: Message, wanted: Wanted) -> bool:
    """Whether a copy of it went to the other lane, or the deployment's settings may have refused it where it was."""
    deployments = case.evidence.scenario.deployments
    if any(one.queues and wanted.request.queue not in one.queues for one in deployments):
        return True
    by, copies = message.deleted or 0.0, case.fates.copies[case.fates.original(message)]
    return any(_lane(one) != _lane(message) and one.sent <= by for one in copies)
