"""Bugs planted in what becomes of requests: when they end, what is told of them, what their batch mates notice, how fast they go."""

from __future__ import annotations

from tests.simulation.planted import Bug
from tests.simulation.subject import Edit


def _one(name: str, what: str, rules: str, *edit: str, interleaving: bool = False) -> Bug:
    module, before, after = edit
    return Bug(name, what, tuple(rules.split()), (Edit(module, before, after),), interleaving=interleaving)


_EXPIRED = "        if refused := self._expired(request):\n            return refused\n"

EXPIRY: tuple[Bug, ...] = (
    _one(
        "expiry-ignored",
        "expiresAt is read and never looked at",
        "b-expired",
        "transfer.service",
        "if request.expires_at is None or self._clock.now() < request.expires_at:",
        "if True:",
    ),
    _one(
        "expiry-before-the-wait",
        "expiresAt is looked at before the wait for the pace and not after it",
        "b-expired",
        "transfer.service",
        f"        self._connect.await_turn(TRANSFER, deadline)\n{_EXPIRED}",
        "        self._connect.await_turn(TRANSFER, deadline)\n",
        interleaving=True,
    ),
)

VERDICTS: tuple[Bug, ...] = (
    _one(
        "late-freedom",
        "a copy that begins after its twin has failed goes on with a name that is free",
        "b-twice",
        "transfer.service",
        "if request.request_id is None or begun.foreign:",
        "if request.request_id is None or begun.foreign or begun.told:",
        interleaving=True,
    ),
    _one(
        "lease-taken-again",
        "a begin that reaches the ledger late takes a lease that was given back, and its release takes away another's doubt",
        "c-doubt g-forgotten g-ledger",
        "ledger.ledger",
        '"(attribute_not_exists(leaseSince) OR leaseSince < :at)"',
        '"(attribute_not_exists(leaseSince) OR leaseSince < :at OR attribute_exists(pk))"',
        interleaving=True,
    ),
    Bug(
        "name-before-lease",
        "a requestId is bound before the contact is held: a delivery that is left over binds it for ever",
        ("c-code",),
        (
            Edit(
                "transfer.service",
                "        state = self._ledger.begin(request, owner, now, lease)\n",
                "        if request.request_id is not None and (taken := self._ledger.claim(request, delivery, now)):\n"
                "            return Told(taken)\n"
                "        state = self._ledger.begin(request, owner, now, lease)\n",
            ),
            Edit("transfer.service", "if request.request_id is None or begun.foreign:", "if begun:"),
        ),
        interleaving=True,
    ),
    _one(
        "one-verdict-a-contact",
        "a verdict is forgotten as soon as another message has one",
        "c-code g-forgotten",
        "ledger.records",
        "len(others) - TRACES + 1",
        "len(others)",
        interleaving=True,
    ),
    _one(
        "refusal-not-noted",
        "a message that is refused for its requestId leaves no trace, and another of its deliveries begins",
        "g-forgotten g-ledger",
        "ledger.request_ids",
        "return verdict.failed if self._refuse(request, verdict, item) else None",
        "return verdict.failed",
        interleaving=True,
    ),
    _one(
        "held-is-gone",
        "a contact that another request has in hand counts as transferred by it",
        "c-code",
        "ledger.ledger",
        "        if held := records.held(item, now):\n            return held\n",
        "        if held := records.held(item, now):\n"
        '            other = records.text(item, "attemptName")\n'
        "            return Won(other, None, None, 1, False) if other not in (None, request.name) else held\n",
        interleaving=True,
    ),
)

TOLD: tuple[Bug, ...] = (
    _one(
        "deferral-announced",
        "a failure is announced of what only comes back later",
        "g-announced",
        "messaging.batch",
        "        return outcome_events.failed(turn.known, turn.outcome, turn.delivery.message_id, turn.failed_at)\n    return None\n",
        "        return outcome_events.failed(turn.known, turn.outcome, turn.delivery.message_id, turn.failed_at)\n"
        '    told = Failed(FailureCode.FLOW_NOT_USABLE, "later", 1)\n'
        "    return outcome_events.failed(turn.known, told, turn.delivery.message_id, turn.failed_at)\n",
    ),
    _one(
        "announced-as-another",
        "a failure is announced with another code than it is parked with",
        "g-announced",
        "messaging.outcome_events",
        '        "failureCode": str(failure.code),\n',
        '        "failureCode": str(failure.code).replace("UnsupportedChannel", "FlowNotUsable"),\n',
    ),
    _one(
        "wrong-arn",
        "a success names the old contact's ARN as the new one's",
        "g-announced",
        "messaging.outcome_events",
        'detail["newContactArn"] = done.new_contact_arn',
        "detail[\"newContactArn\"] = f\"{done.new_contact_arn.rpartition('/')[0]}/{known['contactId']}\"",
    ),
    _one(
        "attempts-not-counted",
        "a success says that work on it never began",
        "g-announced",
        "messaging.outcome_events",
        '{**known, "attempts": done.attempts}',
        '{**known, "attempts": 0}',
    ),
    _one(
        "first-attempt-always",
        "a success says that its first attempt did it",
        "g-announced",
        "messaging.outcome_events",
        '{**known, "attempts": done.attempts}',
        '{**known, "attempts": 1}',
    ),
    _one(
        "attribution-dropped",
        "a success that was inferred is told as one that Connect answered",
        "g-announced",
        "messaging.outcome_events",
        "    if done.inferred:\n",
        "    if False:\n",
        interleaving=True,
    ),
    _one(
        "parked-without-name",
        "a parked message says neither whose request it was nor which contact it was about",
        "c-body g-announced",
        "messaging.outcome_events",
        '        "RequestName": known.get("requestName", ""),\n        "ContactId": known.get("contactId", ""),\n',
        "",
    ),
    _one(
        "parked-under-another-name",
        "a parked message has the contact's id for the request's name",
        "g-announced",
        "messaging.outcome_events",
        '"RequestName": known.get("requestName", "")',
        '"RequestName": known.get("contactId", "")',
    ),
    _one(
        "foreign-source",
        "events are published with another source",
        "g-announced",
        "messaging.event_bus",
        'SOURCE = "contact-transfer"',
        'SOURCE = "contact.transfer"',
    ),
    _one(
        "one-name-for-all",
        "events call every request by its instance",
        "g-announced",
        "request.parser",
        '            "requestName": self.name,\n',
        '            "requestName": self.instance_id,\n',
    ),
    _one(
        "private-field-published",
        "events carry a field that the contract does not know",
        "g-announced",
        "request.parser",
        '            "route": self.route,\n        }',
        '            "route": self.route,\n            "clientToken": self.client_token,\n        }',
    ),
)

_CARRIED_OUT = "            turn.told = self._carried_out(turn, deadline)\n"
_REFUSED = "            turn.known = error.known\n"

MATES: tuple[Bug, ...] = (
    _one(
        "permanent-deferred",
        "a failure that Connect shows is permanent counts as transient until the third begin",
        "c-first",
        "transfer.service",
        "        outcome = self._within_retries(begun, outcome, doubt)\n",
        "        if isinstance(outcome, Failed) and begun.doubt is None and begun.attempts < 3:\n"
        '            outcome = self._later(Cause.SERVER_ERROR, begun, "")\n'
        "        outcome = self._within_retries(begun, outcome, doubt)\n",
    ),
    Bug(
        "mates-wait-behind-bad",
        "what follows a bad record in its batch is not begun until its third receive",
        ("f-mates",),
        (
            Edit(
                "messaging.batch",
                _CARRIED_OUT,
                '            if self.__dict__["_bad"] and delivery.receives < 3:\n                return turn\n'
                + _CARRIED_OUT,
            ),
            Edit("messaging.batch", _REFUSED, _REFUSED + '            self.__dict__["_bad"] = True\n'),
            Edit(
                "messaging.batch",
                "        self._arrived(deliveries)\n",
                '        self._arrived(deliveries)\n        self.__dict__["_bad"] = False\n',
            ),
        ),
    ),
    _one(
        "mates-sent-back",
        "what was transferred beside a bad record is reported as failed",
        "f-mates",
        "messaging.batch",
        "turn.delivery.message_id for turn in turns if isinstance(turn.outcome, Deferred)]\n",
        "turn.delivery.message_id for turn in turns if isinstance(turn.outcome, Deferred)"
        " or (isinstance(turn.outcome, Transferred) and any(isinstance(one.outcome, Failed) for one in turns))]\n",
    ),
)

PACE: tuple[Bug, ...] = (
    _one(
        "pace-a-fifth-too-fast",
        "each worker's rate is a fifth above its share",
        "e-quota",
        "connect.rate_limiter",
        "self.rate = quota.rate / workers",
        "self.rate = quota.rate * 1.2 / workers",
    ),
)

OUTCOMES = (*EXPIRY, *VERDICTS, *TOLD, *MATES, *PACE)
