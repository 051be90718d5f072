"""What is found out of a run when it is over: tokens of requests, ends of contacts, and which contact follows which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from contact_transfer.request.model import TransferRequest
from local.connect.model import Connect
from tests.simulation.evidence import Target, Wanted
from tests.simulation.scenario import INSTANCE, Request


def token(request: Request, target: Target, moved: str) -> str:
    """The ClientToken of the request for a contact that it moves, which is derived from nothing but these."""
    asked = TransferRequest(
        INSTANCE, target.contact, target.flow, target.queue, target.user, request_id=request.request_id
    )
    return asked.client_token if moved == target.contact else asked.moving(moved).client_token


def add_tokens(wanted: Wanted, following: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    """Note the tokens of a request that follows for all contacts that follow the one it names."""
    contacts = [wanted.target.contact]
    for contact in contacts:
        contacts += [new for new, _ in following.get(contact, ()) if new not in contacts]
    wanted.tokens.update({token(wanted.request, wanted.target, one): one for one in contacts})


def successors(connect: Connect) -> dict[str, list[tuple[str, float]]]:
    """The contacts that transfers made of each contact, and when."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for record in connect.history.transfers:
        found[record.old].append((record.new, record.time))
    return found


def ended(connect: Connect) -> dict[str, float]:
    """When each contact that has ended did so."""
    return {one.id: one.ended for one in connect.store.contacts.values() if one.ended is not None}


def preceding(connect: Connect) -> dict[str, int]:
    """How many transfers precede each contact."""
    found: dict[str, int] = {}
    for one in connect.store.contacts.values():  # each after the one that precedes it
        found[one.id] = found.get(one.previous_id or "", 0) + (one.initiation_method == "TRANSFER")
    return found
