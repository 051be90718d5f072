"""Asking Connect what the worker would ask, at a quarter of its quotas: contact, flow, destination, chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from contact_transfer.bootstrap import CLOCK
from contact_transfer.config.worker_settings import Quota, Settings
from contact_transfer.connect.client import TRANSFER, ConnectClient
from contact_transfer.connect.connect import Connect
from contact_transfer.connect.connect_clock import ConnectClock
from contact_transfer.connect.rate_limiter import WorkerShare
from contact_transfer.connect.responses import ContactView, Unavailable
from contact_transfer.request.arn import parse_instance
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Deadline
from contact_transfer.transfer.eligibility import Eligibility
from contact_transfer.transfer.flow_check import Flows
from contact_transfer.transfer.outcome import Skipped
from contact_transfer.transfer.succession import OneActive, find_successor
from transfers_cli.errors import Exit, Stop

Answer = TypeVar("Answer")
#: The part of the quotas that an operator may take from the worker.
SHARE = 4
_FOREVER = Deadline(at=float("inf"), wall=float("inf"))
#: Quotas of the two look-ups that the worker does not make. Source: "Amazon Connect service quotas".
_OTHERS = {"DescribeQueue": Quota(2, 5), "DescribeUser": Quota(2, 5)}


class Looker:
    """Looks, with the worker's own code and rules. Raises ``Stop`` when Connect cannot be asked."""

    def __init__(self, client: Any, settings: Settings) -> None:
        quotas = {TRANSFER: Quota(settings.transfers_per_second, 1), **settings.quotas, **_OTHERS}
        self._limiter = WorkerShare(quotas, SHARE, CLOCK)
        self._limiter.start_batch(0.0)
        self._client = client
        clock = ConnectClock(CLOCK)
        self._connect = Connect(ConnectClient(client, CLOCK, clock), self._limiter, clock)
        self._eligibility = Eligibility(
            self._connect,
            Flows(self._connect, CLOCK),
            settings.allowed_channels,
            parse_instance(settings.instance_arns[0]).region,
        )
        self._destinations: dict[tuple[str, str, str], str | None] = {}

    def problem(self, request: TransferRequest) -> str | None:
        """Why Connect would refuse the request now, in one sentence; None when nothing speaks against it."""
        request = self._followed(request)
        contact = self.contact(request.instance_id, request.contact_id)
        if contact is None:
            return f"ContactNotFound: Contact {request.contact_id} is not known to instance {request.instance_id}."
        tree = self._connect.tree(request.instance_id, request.contact_id, _FOREVER)
        refused = self._asked(lambda: self._eligibility.check(request, contact, _FOREVER, tree))
        if refused is not None:
            word = refused.reason if isinstance(refused, Skipped) else refused.code
            return f"{word}: {refused.message}"
        return self._destination(request)

    def _followed(self, request: TransferRequest) -> TransferRequest:
        """The request as it moves the one active successor of a contact that has ended, if it asks to follow and there is one."""
        if not request.follow:
            return request
        contact = self.contact(request.instance_id, request.contact_id)
        if contact is None or not contact.ended:
            return request
        found = find_successor(contact.contact_id, self.chain(request.instance_id, contact.contact_id), None)
        return request.moving(found.contact_id) if isinstance(found, OneActive) else request

    def contact(self, instance_id: str, contact_id: str) -> ContactView | None:
        """Return the contact as Connect shows it; None if Connect does not know it or cannot be reached."""
        return self._asked(lambda: self._connect.contact(instance_id, contact_id, _FOREVER))

    def chain(self, instance_id: str, contact_id: str) -> list[ContactView]:
        """All contacts of the tree, oldest first."""
        found = self._asked(lambda: list(self._connect.tree(instance_id, contact_id, _FOREVER)))
        return sorted(found, key=lambda view: view.initiated_at or 0.0)

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except Unavailable as error:
            raise Stop(f"Connect could not be asked: {error.detail} ({error.cause}).", Exit.UNREACHABLE) from None

    def _destination(self, request: TransferRequest) -> str | None:
        kind, name = ("Queue", request.queue_id) if request.queue_id else ("User", request.user_id)
        if name is None:
            return None
        key = (request.instance_id, kind, name)
        if key not in self._destinations:
            self._destinations[key] = self._describe(*key)
        return self._destinations[key]

    def _describe(self, instance_id: str, kind: str, name: str) -> str | None:
        operation = f"Describe{kind}"
        self._limiter.acquire(operation, _FOREVER)
        call = getattr(self._client, f"describe_{kind.lower()}")
        try:
            found = call(InstanceId=instance_id, **{f"{kind}Id": name})
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") not in {400, 404}:
                raise
            return f"DestinationNotFound: {kind} {name} is not known to instance {instance_id}."
        if kind == "Queue" and found["Queue"].get("Status") == "DISABLED":
            return f"Queue {name} is disabled."
        return None
