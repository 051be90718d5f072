"""What sending a failed request again would bring, judged by the worker's own code, its settings and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contact_transfer.config.worker_settings import Settings
from contact_transfer.ledger.records import Contact
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.failures import Redrive, failure
from transfers_cli.failed.parked import NO_CODE, NOT_DELIVERED, Parked
from transfers_cli.ledger import Documents, LedgerReader


class Prospect(StrEnum):
    """How good the prospect is. The words are values of ``--prospect``."""

    READY = "ready"  # nothing speaks against it
    FIXED = "if-fixed"  # it fails again, unless somebody has fixed what it failed for
    LOOK_FIRST = "look-first"  # it may have been transferred: a person looks at the contact
    TRANSFERRED = "transferred"  # it has been, meanwhile
    EXPIRED = "expired"  # its expiresAt has passed
    HOPELESS = "hopeless"  # it cannot succeed


#: What a redrive sends by default.
WORTH_SENDING = (Prospect.READY, Prospect.FIXED)


@dataclass(frozen=True)
class Forecast:
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
_WITHOUT_WORKER: Mapping[str, Forecast] = MappingProxyType(
    {
        NO_CODE: Forecast(Prospect.READY, "The worker has not judged it yet."),
        NOT_DELIVERED: Forecast(Prospect.READY, "It never reached the transfer queue."),
    }
)
_UNKNOWN_CODE = Forecast(Prospect.LOOK_FIRST, "This version does not know its code: look at the message first.")


def _by_code(code: str) -> Forecast:
    known = failure(code)
    if known is None:
        return _WITHOUT_WORKER.get(code, _UNKNOWN_CODE)
    return Forecast(_PROSPECTS[known.redrive], known.redrive_note)


def prospects(
    reader: LedgerReader, settings: Settings, messages: Sequence[Parked], now: float
) -> dict[str, tuple[Forecast, TransferRequest | None]]:
    """What sending messages again would bring.

    Args:
        reader: of the deployment's ledger.
        settings: the worker's.
        messages: of the dead-letter queue.
        now: epoch seconds.

    Returns:
        For each message, by its id: the prospect, and the request in it when it can be read.
    """
    read = {message.message_id: _read(message, settings) for message in messages}
    requests = [request for request in read.values() if isinstance(request, TransferRequest)]
    ledger = reader.documents(
        ((request.instance_id, request.contact_id) for request in requests),
        (request.name for request in requests if request.request_id is not None),
    )
    judged: dict[str, tuple[Forecast, TransferRequest | None]] = {}
    for message in messages:
        request = read[message.message_id]
        if isinstance(request, Forecast):
            judged[message.message_id] = (request, None)
        else:
            judged[message.message_id] = (_judge(message, request, ledger, now), request)
    return judged


def _read(message: Parked, settings: Settings) -> TransferRequest | Forecast:
    try:
        opened = open_body(message.body)
        return read_request(opened.fields, settings, opened.source)
    except MalformedMessage as error:
        return Forecast(Prospect.HOPELESS, f"MalformedMessage: {error}")
    except Refused as error:
        return Forecast(Prospect.HOPELESS, f"{error.failed.code}: {error.failed.message}")


def _judge(message: Parked, request: TransferRequest, ledger: Documents, now: float) -> Forecast:
    contact = ledger.contact(request.instance_id, request.contact_id) or Contact()
    done = contact.done(request.entry) or contact.transfer
    if done is not None:
        to = f" (new contact {done.new_contact_id})" if done.new_contact_id else ""
        if done.request == request.entry:
            return Forecast(Prospect.TRANSFERRED, f"It has been transferred{to}.")
        return Forecast(Prospect.HOPELESS, f"Request {done.name} transferred the contact{to}.")
    owner = ledger.request_id(request.name)
    if owner is not None and owner.is_bound and owner.fingerprint != request.fingerprint:
        return Forecast(Prospect.HOPELESS, "IdempotencyMismatch: its requestId still belongs to other parameters.")
    if request.expires_at is not None and request.expires_at <= now:
        return Forecast(Prospect.EXPIRED, "Its expiresAt has passed.")
    return _by_code(message.code)
