"""Events that come before the ledger knows, while an answer is in doubt, or of contacts that are none of ours."""

from __future__ import annotations

import json

import pytest

from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors


def test_an_event_ahead_of_the_ledger_waits_for_it(doors: Doors) -> None:
    """The contact is queued before TransferContact has answered."""
    contact = doors.contact()
    doors.send(doors.request(contact))

    def queued(_: str) -> None:
        doors.deliver(doors.telling())
        doors.confirm()
        assert len(doors.contact_events.waiting) == 1

    doors.interrupt("after transfer_contact", queued)
    doors.once()
    assert doors.published("Confirmed") == []
    doors.confirm(hours=1)
    assert len(doors.published("Confirmed")) == 1
    assert doors.contact_events.waiting == []


def test_an_event_waits_while_the_answer_is_in_doubt(doors: Doors) -> None:
    doors.connect.set_switches(successor_listed_after=300)
    doors.connect.add_fault(Fault(FaultKind.LOST_RESET, "TransferContact", calls=1))
    doors.try_once(doors.contact())
    doors.deliver(doors.telling())
    doors.confirm()
    assert len(doors.contact_events.waiting) == 1
    doors.settle()
    doors.confirm(hours=2)
    [event] = doors.published("Confirmed")
    assert event["newContactId"] == doors.published("Succeeded")[0]["newContactId"]


def test_what_nobody_asked_this_deployment_for_is_no_business_of_it(doors: Doors) -> None:
    """An agent's own transfer, a linked task, and an agent's transfer of a contact whose request has failed."""
    mine, linked, failed = doors.contact(), doors.contact(), doors.contact()
    doors.carry_out(failed, queueId="no-such-queue")
    doors.connect.others.transfer(mine, queue_id=doors.seed.queues["Support"])
    doors.connect.others.transfer(failed, queue_id=doors.seed.queues["Support"])
    doors.connect.others.place(doors.contact(PreviousContactId=linked), queue_id=doors.seed.queues["Support"])
    assert len(doors.telling()) >= 3
    doors.deliver(doors.telling())
    doors.confirm()
    assert doors.contact_events.waiting == []
    assert doors.published("Confirmed") == doors.published("Unconfirmed") == []
    assert not doors.item(mine)


def test_a_linked_task_of_a_transferred_contact_confirms_nothing(doors: Doors) -> None:
    contact = doors.transferred()
    doors.heard.clear()
    doors.connect.others.place(doors.contact(PreviousContactId=contact), queue_id=doors.seed.queues["Support"])
    doors.deliver(doors.telling())
    doors.confirm()
    assert doors.published("Confirmed") == []


@pytest.mark.parametrize("linked", [False, True])
def test_an_answer_without_the_new_contacts_id_is_confirmed_by_the_successor(doors: Doors, *, linked: bool) -> None:
    doors.connect.set_switches(answers_without_contact_id=True)
    contact = doors.transferred()
    if linked:
        doors.heard.clear()
        doors.connect.others.place(doors.contact(PreviousContactId=contact), queue_id=doors.seed.queues["Support"])
    doors.deliver(doors.telling())
    doors.confirm()
    assert [event["newContactId"] for event in doors.published("Confirmed")] == (
        [] if linked else [doors.transfers[0][1]]
    )


def test_an_arrival_overrules_the_outcome_that_there_was_none(doors: Doors) -> None:
    """Should the event of the end say nothing of the arrival, and come first."""
    contact = doors.transferred()
    [(_, new)] = doors.transfers
    doors.connect.others.end(new)
    queued, ended, _ = doors.telling(new)
    bare = json.loads(json.dumps(ended.envelope("bare")))
    del bare["detail"]["queueInfo"]
    doors.deliver([bare])
    doors.confirm()
    doors.deliver([queued])
    doors.confirm()
    doors.deliver([bare])
    doors.confirm()
    assert (len(doors.published("Unconfirmed")), len(doors.published("Confirmed"))) == (1, 1)
    assert doors.arrival(contact)["state"] == "confirmed"
