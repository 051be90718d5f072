"""Bugs planted in the real service, one at a time: each must be caught by the rule that is named for it.

``plain`` bugs are wrong whenever they are met; ``interleaving`` ones only when something happens between two steps.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.subject import Edit


@dataclass(frozen=True)
class Bug:
    """A bug: what is wrong, how it is planted, and which rules may be the first to see it.

    ``routed``: only runs with routes come to its place; a hunt passes over the others.
    """

    name: str
    what: str
    rules: tuple[str, ...]
    edits: tuple[Edit, ...]
    interleaving: bool = False
    routed: bool = False


def _one(name: str, what: str, rules: str, *edit: str) -> Bug:
    module, before, after = edit
    return Bug(name, what, tuple(rules.split()), (Edit(module, before, after),))


_TOKEN = "return identity.client_token(self.name, *self._parameters)"
_PUBLIC = "        turn.known = turn.request.public()\n"

PLAIN: tuple[Bug, ...] = (
    Bug(
        "random-token",
        "a new client token for each delivery",
        ("b-twice",),
        (
            Edit("request.parser", _TOKEN, _TOKEN.replace("self.name", "self.name + str(next(_COUNT))")),
            Edit("request.parser", "class Refused(", "_COUNT = __import__('itertools').count()\n\n\nclass Refused("),
        ),
    ),
    _one(
        "token-from-message-id",
        "the client token is the message's id",
        "b-twice",
        "messaging.batch",
        _PUBLIC,
        _PUBLIC + '        turn.request.__dict__["client_token"] = turn.delivery.message_id\n',
    ),
    _one(
        "swallowed-exception",
        "an unreadable answer of TransferContact counts as success",
        "g-announced",
        "connect.client",
        "            raise Doubtful(type(error).__name__) from error\n",
        "            return Accepted(None, None)\n",
    ),
    _one(
        "report-before-park",
        "a failure that could not be parked is reported as done",
        "a-lost",
        "messaging.batch",
        "            self._come_back(turn, cause, error.detail)\n            return\n",
        "            return\n",
    ),
    _one(
        "unconditional-begin",
        "the ledger lets everybody begin",
        "b-twice c-doubt g-ledger",
        "ledger.ledger",
        'f"attribute_not_exists(winner) AND attribute_not_exists(#done) AND {_FREE}"\n'
        '            " AND (attribute_not_exists(attemptName) OR attemptName = :name)"',
        '"attribute_not_exists(#done)"',
    ),
    _one(
        "fresh-token-after-409",
        "a 409 is answered with another token",
        "b-twice",
        "connect.client",
        "        except ClientError as error:\n            return self._refused(error)\n",
        "        except ClientError as error:\n"
        '            if error.response["Error"]["Code"] == "IdempotencyException":\n'
        '                request.__dict__["client_token"] = request.client_token[1:] + "x"\n'
        "                return self.transfer(request)\n"
        "            return self._refused(error)\n",
    ),
    _one(
        "visibility-too-short",
        "what is deferred comes back at once",
        "a-lost d-early",
        "messaging.queue",
        "min(LONGEST_DELAY_SECONDS, max(1, math.ceil(seconds)))",
        "1",
    ),
    _one(
        "empty-answer",
        "the answer never names a message",
        "a-lost",
        "worker",
        '[{"itemIdentifier": message_id} for message_id in back]',
        "[]",
    ),
    _one(
        "everything-comes-back",
        "the answer names every message",
        "h-settled c-first",
        "worker",
        "for message_id in back]",
        'for message_id in [one["messageId"] for one in records]]',
    ),
    _one(
        "wrong-identifier",
        "the answer names messages by something else than their id",
        "f-mates",
        "worker",
        '{"itemIdentifier": message_id}',
        '{"itemIdentifier": message_id + "?"}',
    ),
    _one(
        "body-rewritten",
        "a parked message's body is tidied up",
        "c-body",
        "messaging.queue",
        "MessageBody=delivery.body,",
        "MessageBody=delivery.body.strip() or '-',",
    ),
    _one(
        "wrong-code",
        "an ended contact is said to be unknown",
        "c-code",
        "transfer.rules",
        "FailureCode.CONTACT_NOT_ACTIVE",
        "FailureCode.CONTACT_NOT_FOUND",
    ),
    _one(
        "bad-request-retried",
        "what can never be carried out is tried again",
        "c-first",
        "messaging.batch",
        "                return Told(error.failed)\n",
        "                return turn.told\n",
    ),
    Bug(
        "bad-request-raises",
        "a bad record fails its whole batch",
        ("f-mates",),
        (
            Edit(
                "messaging.batch",
                "                return Told(error.failed)\n",
                "                raise ValueError('bad request') from error\n",
            ),
            Edit(
                "messaging.batch",
                "        except Exception as error:  # noqa: BLE001 - a defect",
                "        except KeyError as error:  # a defect",
            ),
        ),
    ),
    _one(
        "throttle-is-final",
        "a throttled call counts as a refusal",
        "c-code",
        "connect.client",
        "        if status == 429 or code in _THROTTLES:\n",
        "        if operation != TRANSFER and (status == 429 or code in _THROTTLES):\n",
    ),
    _one(
        "denied-is-final",
        "access denied counts as a refusal",
        "c-code",
        "connect.client",
        "        if status in {401, 403} or code in _DENIALS:\n",
        "        if operation != TRANSFER and (status in {401, 403} or code in _DENIALS):\n",
    ),
    _one(
        "quota-is-final",
        "used-up active tasks count as a full chain",
        "c-code",
        "transfer.eligibility",
        "            raise Unavailable(Cause.ACTIVE_TASK_QUOTA, answer.detail)\n",
        '            return Failed(FailureCode.TRANSFER_LIMIT_REACHED, "full")\n',
    ),
    _one(
        "minutes-for-hours",
        "retryForHours is taken for minutes",
        "d-early",
        "transfer.service",
        "self._settings.retry_for_hours * 3600",
        "self._settings.retry_for_hours * 60",
    ),
    _one(
        "given-up-after-two-deaths",
        "two begins without end make a request deadly",
        "d-early",
        "transfer.poison",
        "DEADLY_BEGINS = 20\nCONFIRMED_BEGINS = 3",
        "DEADLY_BEGINS = 2\nCONFIRMED_BEGINS = 1",
    ),
    _one(
        "whole-quota-each",
        "each worker takes the whole account's rate for its share",
        "e-quota",
        "connect.rate_limiter",
        "self.rate = quota.rate / workers",
        "self.rate = quota.rate",
    ),
    _one(
        "no-pace",
        "calls do not wait for their token",
        "e-quota",
        "connect.client",
        "        if wait > 0:\n            self._clock.sleep(wait)\n",
        "        if wait < 0:\n            self._clock.sleep(wait)\n",
    ),
    _one(
        "claim-does-not-bind",
        "a requestId is taken by whoever sends it",
        "b-twice",
        "ledger.request_ids",
        "(fingerprint = :fingerprint OR attribute_exists(failedAt))",
        "attribute_exists(pk)",
    ),
    Bug(
        "failed-name-stays-bound",
        "a requestId whose request has failed cannot be corrected",
        ("c-code",),
        (
            Edit("ledger.request_ids", "= :fingerprint OR attribute_exists(failedAt))", "= :fingerprint)"),
            Edit(
                "ledger.request_ids",
                '"failedAt" not in item and text(item, "fingerprint") not in',
                'text(item, "fingerprint") not in',
            ),
            Edit(
                "ledger.request_ids",
                "fingerprint = :theirs AND attribute_not_exists(failedAt)",
                "fingerprint = :theirs",
            ),
        ),
    ),
    _one(
        "no-failure-event",
        "failures are parked without an event",
        "g-announced a-lost",
        "messaging.batch",
        "        return outcome_events.failed(turn.known, turn.outcome, turn.delivery.message_id, turn.failed_at)\n",
        "        return None\n",
    ),
)
