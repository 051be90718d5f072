"""The ledger keeps the true source of each request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.source import ATTRIBUTE, Source, mark, marked
from tests.component.doors import Doors


def _queue(doors: Doors, contact: str) -> None:
    doors.send(doors.request(contact))


def _bus(doors: Doors, contact: str) -> None:
    doors.send({"detail-type": REQUESTED, "source": "crm", "detail": doors.request(contact)})


def _flow(doors: Doors, contact: str) -> None:
    parameters = doors.request(contact)
    del parameters["contactId"]
    assert doors.flow_door().invoke(doors.flow_event(contact, **parameters))["status"] == "ACCEPTED"


def _route(doors: Doors, contact: str) -> None:
    doors.route(contact)


def _marked(source: Source) -> Callable[[Doors, str], None]:
    def send(doors: Doors, contact: str) -> None:
        text = mark(source)[ATTRIBUTE]["StringValue"]
        own: dict[str, Any] = {ATTRIBUTE: {"stringValue": text, "dataType": "String"}}
        doors.send(doors.request(contact), **own)

    return send


WAYS: dict[Source, Callable[[Doors, str], None]] = {
    Source.QUEUE: _queue,
    Source.BUS: _bus,
    Source.FLOW: _flow,
    Source.ROUTE: _route,
    Source.CLI: _marked(Source.CLI),
    Source.SWEEP: _marked(Source.SWEEP),
}


def test_every_source_is_tried() -> None:
    missing = set(Source) - set(WAYS)
    assert not missing, f"add a way to send through it to WAYS: {', '.join(missing)}"


@pytest.mark.parametrize("source", Source)
def test_the_ledger_names_the_source(new_doors: Callable[..., Doors], source: Source) -> None:
    doors = new_doors(routes={"again": 1})
    contact = doors.contact()
    WAYS[source](doors, contact)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [contact]
    item = json.dumps(doors.item(contact))
    assert re.findall(r"source\W+(?:S\W+)?(\w+)", item) == [source]


@pytest.mark.parametrize("attribute", [{"stringValue": "queue"}, {"stringValue": "anybody"}, {}, None, "flow"])
def test_a_mark_that_is_none_of_ours_says_nothing(attribute: Any) -> None:
    assert marked({ATTRIBUTE: attribute}) is None
    assert marked({"Other": {"stringValue": "flow"}}) is None
