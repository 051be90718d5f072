"""The ledger as operators read it: the one module of the command that knows its table, keys and index.

What is read are the worker's own values (``contact_transfer.ledger.records``), decoded by the worker's own code.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from contact_transfer.confirmation.arrivals import Arrival
from contact_transfer.ledger.documents import arrival_key, batch_key, contact_key, decode, request_key
from contact_transfer.ledger.records import Contact, Extensible
from contact_transfer.ledger.request_ids import Batch, RequestId
from contact_transfer.ledger.store import BATCH_INDEX, IN_DOUBT_INDEX
from transfers_cli.deployment import Deployment

T = TypeVar("T", bound=Extensible)
_BATCH = 100  # keys that BatchGetItem takes
#: Read units a second that going through the whole table may take: a gigabyte in five minutes.
SCAN_UNITS_PER_SECOND = 400.0


@dataclass(frozen=True)
class Story:
    """All that the ledger has on a contact, and on whether the new one arrived."""

    instance_id: str
    contact_id: str
    contact: Contact
    arrival: Arrival | None = None


@dataclass(frozen=True)
class InDoubt:
    """A contact with an attempt whose effect is not known. ``since``: epoch seconds."""

    instance_id: str
    contact_id: str
    since: float


@dataclass(frozen=True)
class Documents:
    """Documents that were read together, by their keys."""

    texts: Mapping[str, str]

    def contact(self, instance_id: str, contact_id: str) -> Contact | None:
        """Return the ledger's record of a contact, or None."""
        return self._decoded(Contact, contact_key(instance_id, contact_id))

    def request_id(self, name: str) -> RequestId | None:
        """Return the ledger's record of a request name, or None."""
        return self._decoded(RequestId, request_key(name))

    def _decoded(self, kind: type[T], key: str) -> T | None:
        return decode(kind, self.texts[key]) if key in self.texts else None


class LedgerReader:
    """Consistent reads of single documents, and a list of what is in doubt. Raises botocore's errors."""

    def __init__(self, found: Deployment) -> None:
        self._dynamodb = found.aws("dynamodb")
        self._table = found.output("LedgerTableName")

    def story(self, instance_id: str, contact_id: str) -> Story | None:
        """What is known of a contact; None when no request for it was ever begun."""
        contact = self._get(Contact, contact_key(instance_id, contact_id))
        if contact is None:
            return None
        arrival = self._get(Arrival, arrival_key(instance_id, contact_id)) if contact.transfer else None
        return Story(instance_id, contact_id, contact, arrival)

    def request_id(self, name: str) -> RequestId | None:
        """To which contact a request that its producer named belongs."""
        return self._get(RequestId, request_key(name))

    def documents(self, contacts: Iterable[tuple[str, str]], names: Iterable[str]) -> Documents:
        """The documents of contacts (instance and contact id) and of named requests, of as many as there are."""
        keys = sorted({contact_key(*ids) for ids in contacts} | {request_key(name) for name in names})
        starts = range(0, len(keys), _BATCH)
        return Documents({k: text for start in starts for k, text in self._batch(keys[start : start + _BATCH])})

    def in_doubt(self, instance_id: str) -> Iterator[InDoubt]:
        """What is in doubt in an instance, oldest first. The index lags behind the table, by less than a second as a rule."""
        for page in self._in_doubt_pages(instance_id):
            for item in page["Items"]:
                yield InDoubt(instance_id, item["pk"]["S"].split("#", 2)[2], float(item["inDoubtSince"]["N"]))

    def count_in_doubt(self, instance_id: str) -> int:
        """How many contacts of an instance are in doubt."""
        return sum(int(page["Count"]) for page in self._in_doubt_pages(instance_id, Select="COUNT"))

    def _in_doubt_pages(self, instance_id: str, **asked: str) -> Iterator[Any]:
        yield from self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=IN_DOUBT_INDEX,
            KeyConditionExpression="inDoubtInstance = :instance",
            ExpressionAttributeValues={":instance": {"S": instance_id}},
            **asked,
        )

    def of_batch(self, instance_id: str, batch_id: str) -> Iterator[Contact]:
        """The contacts that requests of a batch name. The index lags behind the table, by less than a second as a rule."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=BATCH_INDEX,
            KeyConditionExpression="batchKey = :batch",
            ExpressionAttributeValues={":batch": {"S": batch_key(instance_id, batch_id)}},
        )
        keys = [item["pk"]["S"] for page in pages for item in page["Items"]]
        for start in range(0, len(keys), _BATCH):
            for _, text in self._batch(keys[start : start + _BATCH]):
                yield decode(Contact, text)

    def all_contacts(self) -> Iterator[tuple[str, str, Contact]]:
        """Every contact of the table with its instance's id and its own, at a pace that leaves the table's capacity to the worker."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :contact)",
            ExpressionAttributeValues={":contact": {"S": contact_key("", "").rstrip("#") + "#"}},
            ReturnConsumedCapacity="TOTAL",
        )
        for page in pages:
            for item in page["Items"]:
                _, instance_id, contact_id = item["pk"]["S"].split("#", 2)
                yield instance_id, contact_id, decode(Contact, item["document"]["S"])
            time.sleep(float(page.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)) / SCAN_UNITS_PER_SECOND)

    def batch_cancelled_until(self, instance_id: str, batch_id: str) -> float | None:
        """Until when the batch is cancelled, in epoch seconds; None when it never was."""
        batch = self._get(Batch, batch_key(instance_id, batch_id))
        return None if batch is None else batch.cancelled_until

    def _get(self, kind: type[T], key: str) -> T | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key={"pk": {"S": key}}, ConsistentRead=True)
        return decode(kind, answer["Item"]["document"]["S"]) if "Item" in answer else None

    def _batch(self, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
        asked: Any = {self._table: {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}}
        while asked:
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            for item in answer["Responses"].get(self._table, []):
                yield item["pk"]["S"], item["document"]["S"]
            asked = answer.get("UnprocessedKeys")
