"""What sending a failed request again would bring, judged by the worker's own code, its settings and the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from contact_transfer.config.worker_settings import Settings
from contact_transfer.ledger.documents import contact_key, decode, request_key
from contact_transfer.ledger.records import Contact, Transfer
from contact_transfer.ledger.request_ids import RequestId
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.failure_codes import Redrive, failure
from transfers_cli.failed.parked import NO_CODE, NOT_DELIVERED, Parked

_BATCH = 100  # keys that BatchGetItem takes


class Prospect(StrEnum):
    """How good the prospect is. The words are values of ``--prospect``."""

    READY = "ready"  # nothing speaks against it
    FIXED = "if-fixed"  # it fails again, unless somebody has fixed what it failed for
    LOOK_FIRST = "look-first"  # it may have been transferred: a person looks at the contact
    TRANSFERRED = "transferred"  # it has been, meanwhile
    EXPIRED = "expired"  # its expiresAt has passed
    HOPELESS = "hopeless"  # it cannot succeed


#: What a redrive sends unless it is told otherwise.
WORTH_SENDING = (Prospect.READY, Prospect.FIXED)


@dataclass(frozen=True)
class Verdict:
    """The prospect, and one sentence about it."""

    prospect: Prospect
    why: str


_PROSPECTS: Mapping[Redrive, Prospect] = MappingProxyType(
    {
        Redrive.READY: Prospect.READY,
        Redrive.RECHECK: Prospect.READY,  # the check has passed when the code is looked at
        Redrive.IF_FIXED: Prospect.FIXED,
        Redrive.LOOK_FIRST: Prospect.LOOK_FIRST,
        Redrive.HOPELESS: Prospect.HOPELESS,
    }
)
_WITHOUT_WORKER: Mapping[str, Verdict] = MappingProxyType(
    {
        NO_CODE: Verdict(Prospect.READY, "The worker gave no verdict on it yet."),
        NOT_DELIVERED: Verdict(Prospect.READY, "It never reached the transfer queue."),
    }
)
_UNKNOWN_CODE = Verdict(Prospect.LOOK_FIRST, "This version does not know its code: look at the message first.")


def _by_code(code: str) -> Verdict:
    known = failure(code)
    if known is None:
        return _WITHOUT_WORKER.get(code, _UNKNOWN_CODE)
    return Verdict(_PROSPECTS[known.redrive], known.redrive_note)


def prospects(
    dynamodb: Any, settings: Settings, messages: Sequence[Parked], now: float
) -> dict[str, tuple[Verdict, TransferRequest | None]]:
    """For each message, by its id: the verdict, and the request in it when it can be read."""
    read = {message.message_id: _read(message, settings) for message in messages}
    requests = [request for request in read.values() if isinstance(request, TransferRequest)]
    ledger = _items(dynamodb, settings.ledger_table_name, requests)
    judged: dict[str, tuple[Verdict, TransferRequest | None]] = {}
    for message in messages:
        request = read[message.message_id]
        if isinstance(request, Verdict):
            judged[message.message_id] = (request, None)
        else:
            judged[message.message_id] = (_judge(message, request, ledger, now), request)
    return judged


def _read(message: Parked, settings: Settings) -> TransferRequest | Verdict:
    try:
        opened = open_body(message.body)
        return read_request(opened.fields, settings, opened.source)
    except MalformedMessage as error:
        return Verdict(Prospect.HOPELESS, f"MalformedMessage: {error}")
    except Refused as error:
        return Verdict(Prospect.HOPELESS, f"{error.failed.code}: {error.failed.message}")


def _judge(message: Parked, request: TransferRequest, ledger: Mapping[str, str], now: float) -> Verdict:
    known = ledger.get(contact_key(request.instance_id, request.contact_id))
    contact = decode(Contact, known) if known else Contact()
    if done := contact.done(request.entry):
        return Verdict(Prospect.TRANSFERRED, f"It has been transferred{_to(done)}.")
    if contact.transfer is not None:
        return Verdict(
            Prospect.HOPELESS, f"Request {contact.transfer.name} transferred the contact{_to(contact.transfer)}."
        )
    claim = ledger.get(request_key(request.name)) if request.request_id is not None else None
    name = decode(RequestId, claim) if claim else None
    if name is not None and name.is_bound and name.fingerprint != request.fingerprint:
        return Verdict(Prospect.HOPELESS, "IdempotencyMismatch: its requestId still belongs to other parameters.")
    if request.expires_at is not None and request.expires_at <= now:
        return Verdict(Prospect.EXPIRED, "Its expiresAt has passed.")
    return _by_code(message.code)


def _to(done: Transfer) -> str:
    return f" (new contact {done.new_contact_id})" if done.new_contact_id else ""


def _items(dynamodb: Any, table: str, requests: Sequence[TransferRequest]) -> dict[str, str]:
    """The documents that tell of the requests, by key."""
    keys = {contact_key(request.instance_id, request.contact_id) for request in requests}
    keys |= {request_key(request.name) for request in requests if request.request_id is not None}
    found: dict[str, str] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), _BATCH):
        for item in _batch(dynamodb, table, wanted[start : start + _BATCH]):
            found[item["pk"]["S"]] = item["document"]["S"]
    return found


def _batch(dynamodb: Any, table: str, keys: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    asked: Any = {table: {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}}
    while asked:
        answer = dynamodb.batch_get_item(RequestItems=asked)
        yield from answer["Responses"].get(table, [])
        asked = answer.get("UnprocessedKeys")
