"""Rule g: an event reports something that happened, and reports it rightly; a failure is parked as it was announced.

What an event may say is what was asked, what Connect's history shows, and the contract's list of fields.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from contact_transfer.request.event_types import CANCELLED, SKIPPED
from contact_transfer.request.fields import FIELDS
from local.connect.model import TransferRecord
from local.virtual import Fault, Invocation, Kind, Published
from tests.simulation.attempts import Attempts
from tests.simulation.case import FAILED, SKEW, SUCCEEDED, Case
from tests.simulation.evidence import Wanted
from tests.simulation.scenario import INSTANCE_ARN

_SOURCE = "contact-transfer"


def request_in(event: str) -> frozenset[str]:
    """What events of a detail-type carry of a request."""
    return frozenset({"requestName", *(name for name, one in FIELDS.items() if event in one.events)})


REQUEST_IN_SUCCESS = request_in(SUCCEEDED)
_DROPPED = {SKIPPED: {"skipReason", "skippedAt", "movedContactId"}, CANCELLED: {"cancelledAt"}}
_TRANSFER = {"newContactId", "newContactArn", "attribution", "transferredAt", "initialContactId", "movedContactId"}
_SUCCESS = request_in(SUCCEEDED) | _TRANSFER | {"attempts"}
_FAILURE = request_in(FAILED) | {
    "attempts",
    "failureCode",
    "failureMessage",
    "originalMessageId",
    "failedAt",
    "successorContactId",
    "movedContactId",
}
_KNOWN = {
    SUCCEEDED: _SUCCESS,
    FAILED: _FAILURE,
    **{kind: request_in(kind) | names | {"attempts", "originalMessageId"} for kind, names in _DROPPED.items()},
}


def announced(case: Case) -> Iterator[str]:
    """An event tells of something that did not happen, or not of what happened."""
    attempts = Attempts(case)
    for event in case.evidence.events:
        wanted = case.of_detail(event.detail)
        if event.source != _SOURCE:
            yield f"an event of source {event.source!r} is published {_at(case, event.time)}"
        if event.detail_type == SUCCEEDED:
            found = _success(case, event, wanted)
        elif event.detail_type == FAILED:
            found = _failure(case, event, wanted)
        elif event.detail_type in _DROPPED:
            found = _dropped(case, event, wanted)
        else:
            continue
        yield from found
        if wanted is not None:
            begin = f"the event {_at(case, event.time)} of request {wanted.number}"
            yield from (f"{begin} {what}" for what in (*_fields(case, event, wanted), *attempts.wrong(event, wanted)))
    yield from _parked(case)
    yield from _names(case)


def _at(case: Case, moment: float) -> str:
    return f"at {moment - case.evidence.began:.1f} s"


def _dropped(case: Case, event: Published, wanted: Wanted | None) -> Iterator[str]:
    message = event.detail.get("originalMessageId")
    if wanted is None or message not in case.evidence.of_message:
        yield f"{event.detail_type} is announced {_at(case, event.time)} of a message that nobody sent: {message}"


def _success(case: Case, event: Published, wanted: Wanted | None) -> Iterator[str]:
    detail, at = event.detail, _at(case, event.time)
    contact, new = str(detail.get("contactId")), detail.get("newContactId")
    if wanted is None:
        yield f"a success is announced {at} for contact {contact}, which nobody asked for"
        return
    inferred = detail.get("attribution") == "inferred"
    made = case.fitting(wanted) if inferred else case.made_by(wanted)
    # the answer may name the old contact (assumed, as one of its two ways)
    named = {one.number: one.old if case.switch("answers_old_contact_id") else one.new for one in made}
    fitting = [one for one in made if one.time <= event.time and new in (one.new, named[one.number], None)]
    own = case.made_by(wanted)
    if inferred and not (
        case.cut_short(wanted, event.time) or any(call.time <= event.time for call in case.asked_by(wanted))
    ):
        yield f"a success of request {wanted.number} is inferred {at}, and the request never called"
    if inferred and own and new not in (None, *(one.new for one in own)):
        yield f"a success of request {wanted.number} is inferred {at} from {new}, and its own transfer was another"
    if not fitting:
        yield f"a success of request {wanted.number} is announced {at} (contact {contact} to {new}) that did not happen"
    elif new is None and not case.switch("answers_without_contact_id"):
        yield f"the success of request {wanted.number} is announced {at} without the new contact"
    elif not inferred and not _answered(case, wanted, event.time):
        yield f"the success of request {wanted.number} is announced {at} as answered, and no answer had said so"
    yield from (
        f"the success of request {wanted.number} is announced {at} {what}"
        for what in _details(case, event, wanted, fitting)
    )


def _details(case: Case, event: Published, wanted: Wanted, fitting: Sequence[TransferRecord]) -> Iterator[str]:
    """What a success says wrong of the transfer that it may tell of, which is one of ``fitting``."""
    detail, new = event.detail, event.detail.get("newContactId")
    moved = detail.get("movedContactId", detail.get("contactId"))
    if fitting and not any(one.old == moved for one in fitting):
        yield f"with movedContactId {moved}, and it moved {fitting[0].old}"
    arn = None if new is None else f"{INSTANCE_ARN}/contact/{new}"
    if detail.get("newContactArn") != arn:
        yield f"with newContactArn {detail.get('newContactArn')}"
    if detail.get("initialContactId", case.tree(wanted)) != case.tree(wanted):
        yield f"with initialContactId {detail['initialContactId']}"
    if fitting and (late := _moment(detail.get("transferredAt")) - fitting[0].time) < -2 * SKEW:
        yield f"with transferredAt {-late:.0f} s before it happened"


def _moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def _answered(case: Case, wanted: Wanted, by: float) -> bool:
    return any(
        call.operation == "TransferContact" and call.status == 200 and call.delivered == "answer" and call.time <= by
        for contact in case.line(wanted)
        for call in case.calls.get(contact, ())
    )


def _failure(case: Case, event: Published, wanted: Wanted | None) -> Iterator[str]:
    detail, at = event.detail, _at(case, event.time)
    message, code = detail.get("originalMessageId"), detail.get("failureCode")
    if message not in case.evidence.of_message:
        yield f"a failure is announced {at} of a message that nobody sent: {message}"
    elif wanted is not None and (message, code) not in case.parked_as and not _kept_from_parking(case, event, wanted):
        yield f"a failure of {message} (request {wanted.number}) is announced {at} as {code}, and was never parked as that"


def _kept_from_parking(case: Case, event: Published, wanted: Wanted) -> bool:
    """Whether the run that published it was cut short before it parked, could not park, or did not learn that it had published."""
    return any(
        run.how != "completed"
        or (run.disturbed and any(_keeps(case, fault, run) for fault in case.evidence.scenario.faults))
        for run in case.publishing(event, wanted)
    )


def _keeps(case: Case, fault: Fault, run: Invocation) -> bool:
    parks = fault.service == "events" or (fault.service == "sqs" and fault.operation in ("*", "SendMessage"))
    return parks and fault.begins <= run.ended - case.evidence.began and run.began - case.evidence.began < fault.ends


def _fields(case: Case, event: Published, wanted: Wanted) -> Iterator[str]:
    detail, failed = event.detail, event.detail_type == FAILED
    unknown = sorted(set(detail) - _KNOWN[event.detail_type])
    if unknown:
        yield f"has {', '.join(unknown)}, which the contract does not know"
    if detail.get("attribution") not in (None, "inferred"):
        yield f"says attribution {detail['attribution']!r}"
    if failed:
        yield from _why(case, event)
    line = case.line(wanted)
    successor = detail.get("successorContactId")
    if successor is not None and successor not in {
        new for one in line for new, _ in case.evidence.successors.get(one, ())
    }:
        yield f"says successorContactId {successor}, which is none"
    if detail.get("movedContactId") not in (None, *line[1:]):
        yield f"says movedContactId {detail['movedContactId']}, which does not follow the contact"
    if failed and wanted.request.static:
        return  # what could be read of it, as it was written
    for name, value in _asked(case, wanted, request_in(event.detail_type)).items():
        if detail.get(name) != value:
            yield f"says {name} {detail.get(name)!r} where it is {value!r}"
    if not detail.get("requestName"):
        yield "has no requestName"


def _asked(case: Case, wanted: Wanted, names: frozenset[str]) -> Mapping[str, Any]:
    given = case.evidence.said(wanted)
    # two sweeps may ask for the same transfer, each as its own batch; the success is published with the first one's
    untold = {"requestName", "batchId"} if wanted.request.swept else {"requestName"}
    return {name: given.get(name) for name in names - untold}


def _why(case: Case, event: Published) -> Iterator[str]:
    if not event.detail.get("failureMessage"):
        yield "has no failureMessage"
    try:
        failed = datetime.fromisoformat(str(event.detail.get("failedAt"))).timestamp()
    except ValueError:
        yield f"says failedAt {event.detail.get('failedAt')!r}"
        return
    frozen = [fault.seconds for fault in case.evidence.scenario.faults if fault.kind in _GO_ON]
    if abs(event.time - failed) > case.evidence.scenario.sizing.timeout + SKEW + max(frozen, default=0.0):
        yield f"says failedAt {event.detail['failedAt']}, {event.time - failed:.0f} s before it was published"


#: A sandbox that goes on after its time-out publishes what it had decided before it stood still.
_GO_ON = (Kind.FREEZE_ON, Kind.FREEZE_SIGNED)
_ALIKE = {
    "RequestName": "requestName",
    "ContactId": "contactId",
    "Attempts": "attempts",
    "FailedAt": "failedAt",
}


def _parked(case: Case) -> Iterator[str]:
    """What is parked was announced before, in the same words."""
    first: dict[tuple[str, ...], float] = {}
    for event in case.evidence.events:
        if event.detail_type == FAILED:
            reason = (str(event.detail.get("originalMessageId")), str(event.detail.get("failureCode")))
            for key in (reason, reason + tuple(str(event.detail.get(name, "")) for name in _ALIKE.values())):
                first.setdefault(key, event.time)
    for verdict in case.verdicts:
        reason, at = (verdict.original, verdict.code), _at(case, verdict.time)
        words = reason + tuple(verdict.attribute(name) for name in _ALIKE)
        if first.get(reason, float("inf")) > verdict.time:
            yield f"{verdict.original} was parked {at} as {verdict.code}, which no event had announced"
        elif first.get(words, float("inf")) > verdict.time:
            yield f"{verdict.original} was parked {at} as {verdict.code}, and {', '.join(_ALIKE)} differ from what was announced"


def _names(case: Case) -> Iterator[str]:
    """One request has one name, and one name is one request's."""
    names: dict[Any, set[str]] = defaultdict(set)
    owners: dict[str, set[Any]] = defaultdict(set)
    for event in case.evidence.events:
        wanted, name = case.of_detail(event.detail), event.detail.get("requestName")
        if wanted is not None and name and not wanted.request.static:
            names[wanted.identity].add(name)
            owners[name].add(wanted.identity)
    yield from (f"{owner} is called by {len(found)} names" for owner, found in names.items() if len(found) > 1)
    yield from (f"{name} is the name of {len(who)} requests" for name, who in owners.items() if len(who) > 1)
