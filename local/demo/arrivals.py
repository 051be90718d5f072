"""What the service reports about the new contacts, and whether that is true: judged by the events that arrived, not by its ledger."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from contact_transfer.confirmation.contact_events import ARRIVALS, ENDS
from local.cloud import LocalCloud
from local.contact_events import BestEffort
from local.demo.request import Request
from local.listener import Listener


def effort(seed: Mapping[str, Any]) -> BestEffort:
    """Lose and double events of new contacts alone, and none of Overflow: the others set off what is shown about routes."""
    overflow = f"/{seed['queues']['Overflow']}"

    def spared(detail: Mapping[str, Any]) -> bool:
        return "previousContactId" not in detail or detail.get("queueInfo", {}).get("queueArn", "").endswith(overflow)

    return BestEffort(lost=0.1, twice=0.3, spared=spared)


class Arrivals:
    """Listens on the deployment's bus from the moment it is made."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        outcomes = {"detail-type": ["Contact Transfer Confirmed", "Contact Transfer Unconfirmed"]}
        self._listener = Listener(cloud, outcomes)
        self._published: dict[str, list[str]] = {}

    def listen(self) -> None:
        """Take in the results that were published."""
        self._published = {}
        for event in self._listener.heard():
            detail = event["detail"]
            self._published.setdefault(detail["contactId"], []).append(detail.get("unconfirmedReason", "Confirmed"))

    def await_all(self, requests: Sequence[Request], patience: float) -> None:
        """Wait until the result that is due was published for every new contact, at most ``patience`` seconds."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self.listen()
            heard = self._heard()
            if all(one.arrival == due(one, heard) for one in self._with(requests)):
                return
            time.sleep(0.5)  # the pace of looking; nothing waits for it

    def _with(self, requests: Sequence[Request]) -> list[Request]:
        """The requests that were transferred, each with the latest result for its new contact."""
        moved = [one for one in requests if one.transfers and not one.parked]
        for one in moved:
            one.arrival = self._published.get(one.contact_id, [""])[-1]
        return moved

    def _heard(self) -> dict[str, set[str]]:
        """The types of the events that were not lost, by contact."""
        lost = {_fact(entry["Detail"]) for entry in self._cloud.contact_events.tally.lost}
        happened = {_fact(event["entry"]["Detail"]) for event in self._cloud.control.events()}
        heard: dict[str, set[str]] = {}
        for contact_id, kind in happened - lost:
            heard.setdefault(contact_id, set()).add(kind)
        return heard

    def outcomes(self) -> Counter[str]:
        """How often each result was the last one for a contact."""
        return Counter(results[-1] for results in self._published.values())

    def complaints(self, requests: Sequence[Request]) -> list[str]:
        """Every result that is wrong, repeated or missing, a line each. A late event may overrule that nothing came."""
        heard = self._heard()
        found = []
        for one in self._with(requests):
            results, wanted = self._published.get(one.contact_id, []), due(one, heard)
            if results[-1:] != [wanted] or len(set(results)) != len(results):
                found.append(
                    f"{one.what.strip()}: '{wanted}' is due for its new contact, once; published was {results}"
                )
        return found


def due(request: Request, heard: Mapping[str, set[str]]) -> str:
    """The result that follows from the events of the new contact that were not lost.

    ``heard``: the types of the events that came, by contact.
    """
    kinds = heard.get(request.transfers[0]["new"], set())
    if kinds & set(ARRIVALS):
        return "Confirmed"
    return "ContactEnded" if kinds & set(ENDS) else "Silence"


def _fact(detail: Mapping[str, Any]) -> tuple[str, str]:
    return str(detail["contactId"]), str(detail["eventType"])
