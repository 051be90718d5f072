"""One DynamoDB table of documents, with one way to write: compare and swap.

A write names the version that it has seen, and fails when another has come between; then the pure function that made it is applied
anew to what is there. Each write has a version of its own, so that one which the SDK sends a second time recognises itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.aws.answers import code_and_status, is_denial
from contact_transfer.ledger.documents import batch_key, decode, encode
from contact_transfer.ledger.records import Contact, Extensible
from contact_transfer.ledger.request_ids import CANCELLATIONS_KEPT_SECONDS, Batch, RequestId
from contact_transfer.transfer.outcome import Cause

T = TypeVar("T", bound=Extensible)
A = TypeVar("A")
P = ParamSpec("P")
#: How often a change is applied anew because others have written meanwhile.
_ROUNDS = 5
#: The index of contacts that are in doubt, by instance and since when; and of contacts that a batch names, by the batch.
IN_DOUBT_INDEX, BATCH_INDEX = "in-doubt", "batch"


class LedgerUnavailable(Exception):
    """The ledger did not answer, or refused (``denied``: by IAM). What was sent may have been applied, or may still be.

    ``cause`` and ``detail``: of the deferral that follows from it.
    """

    def __init__(self, detail: str, *, denied: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cause = Cause.ACCESS_DENIED if denied else Cause.LEDGER


class Store:
    """The table, through a botocore client. ``keep_seconds``: how long an item outlives its last write; None: as long as it says.

    ``new_id``: a text that nobody else has. ``now``: epoch seconds, from which items count the days until they expire.
    """

    def __init__(
        self, client: Any, table: str, keep_seconds: float, new_id: Callable[[], str], now: Callable[[], float]
    ) -> None:
        self._client = client
        self._table = table
        self._keep = keep_seconds
        self.new_id = new_id
        self.now = now

    def get(self, key: str) -> Mapping[str, Any] | None:
        """The item under ``key``, as of now. Raise ``LedgerUnavailable``."""
        item: Mapping[str, Any] | None = self._call(
            self._client.get_item, Key={"pk": {"S": key}}, ConsistentRead=True
        ).get("Item")
        return item

    def put(self, key: str, value: Extensible, seen: str | None, version: str) -> Mapping[str, Any] | None:
        """Write the value if ``seen`` is still the item's version (None: there is no item). Answer None, or the item that is there."""
        item = {
            "pk": {"S": key},
            "version": {"S": version},
            "expires": {"N": str(int(_kept_until(value, self.now() + self._keep)))},
            "document": {"S": encode(value)},
            **_index(key, value),
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if seen is not None:
            values = {":seen": {"S": seen}}
            condition = {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": values}
        try:
            self._call(self._client.put_item, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **condition)
        except ClientError as error:  # the condition was refused
            answer: Any = error.response  # not every DynamoDB shows the item in it
            shown: Mapping[str, Any] = answer.get("Item") or self.get(key) or {}
            return None if shown.get("version") == {"S": version} else shown
        return None

    def _call(self, method: Callable[..., Any], **given: Any) -> Any:
        try:
            answer = method(TableName=self._table, ReturnConsumedCapacity="TOTAL", **given)
        except (ClientError, BotoCoreError) as error:
            code = code_and_status(error)[0] if isinstance(error, ClientError) else type(error).__name__
            if code == "ConditionalCheckFailedException":
                raise
            raise LedgerUnavailable(code, denied=is_denial(code)) from error
        if "ConsumedCapacity" not in answer:  # it was asked for: somebody in between has answered
            raise LedgerUnavailable("an answer that is not DynamoDB's")
        return answer


def _kept_until(value: Extensible, ordinarily: float) -> float:
    """Until when an item is kept. A cancellation is not forgotten while it may end something, and a batch is nothing else."""
    if isinstance(value, Batch):
        return value.cancelled_until + CANCELLATIONS_KEPT_SECONDS
    if isinstance(value, RequestId) and value.cancelled_until is not None:
        return max(ordinarily, value.cancelled_until + CANCELLATIONS_KEPT_SECONDS)
    return ordinarily


def _index(key: str, value: Extensible) -> dict[str, Any]:
    """Attributes of the indexes. A first attempt and a request without a batch have none: a plain transfer pays for no index."""
    if not isinstance(value, Contact):
        return {}
    instance_id, found = key.split("#")[1], {}
    if value.attempt is not None:
        found = {"inDoubtInstance": {"S": instance_id}, "inDoubtSince": {"N": str(round(value.attempt.since))}}
    batches = [(one.last_at, one.asked["batchId"]) for one in value.requests.values() if "batchId" in one.asked]
    if batches:  # of several the latest: a contact has one place in the index
        found["batchKey"] = {"S": batch_key(instance_id, str(max(batches)[1]))}
    return found


class Handle(Generic[T]):
    """One item, as it was seen last (``seen``). ``is_new``: it is supposed not to exist, and the first write finds out."""

    def __init__(self, store: Store, kind: type[T], key: str, *, is_new: bool = False) -> None:
        self._store = store
        self._kind = kind
        self._key = key
        self._version: str | None = None
        self._is_known = is_new
        self.seen: T | None = None

    def read(self) -> T | None:
        """The document as of now."""
        self._see(self._store.get(self._key) or {})
        return self.seen

    def apply(
        self, change: Callable[Concatenate[T | None, P], tuple[T | None, A]], *args: P.args, **given: P.kwargs
    ) -> A:
        """Apply a pure function to the document, write what it makes of it (None: nothing) and answer what it answers.

        An answer that comes without a write rests on a document that was read in this call. Raise ``LedgerUnavailable``.
        """
        is_fresh = not self._is_known
        if is_fresh:
            self.read()
        for _ in range(_ROUNDS):
            wanted, answer = change(self.seen, *args, **given)
            if wanted is None and is_fresh:
                return answer
            if wanted is None:
                self.read()
            elif self._write(wanted):
                return answer
            is_fresh = True
        raise LedgerUnavailable("others wrote the item too often")

    def _write(self, wanted: T) -> bool:
        version, self._is_known = self._store.new_id(), False
        other = self._store.put(self._key, wanted, self._version, version)
        if other is not None:
            self._see(other)
            return False
        self._version, self.seen, self._is_known = version, wanted, True
        return True

    def _see(self, item: Mapping[str, Any]) -> None:
        self._version = item["version"]["S"] if item else None
        self.seen = decode(self._kind, item["document"]["S"]) if item else None
        self._is_known = True
