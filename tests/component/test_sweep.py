"""A sweep asks for the transfer of what waits in a queue, oldest first, and of nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contact_transfer import bootstrap
from contact_transfer.config.function_settings import SweepSettings
from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.sending import NotSent
from contact_transfer.queue_sweep.sweep_event import NotASweep
from contact_transfer.queue_sweep.sweep_function import SweepFunction
from contact_transfer.queue_sweep.waiting import ContactSearch, SearchFailed
from local.connect.model import Fault, FaultKind
from tests.component.wire import connect_client
from tests.component.world import INSTANCE_ARN, World


class SendingQueue:
    """The SQS client of the sweep function: its messages go into the world's transfer queue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bodies: list[dict[str, Any]] = []
        self.urls: list[str] = []
        self.refused = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the API's names
        self.urls.append(QueueUrl)
        if self.refused:
            self.refused -= 1
            return {"Successful": [], "Failed": [{"Id": one["Id"], "Code": "InternalError"} for one in Entries]}
        for one in Entries:
            self.bodies.append(json.loads(one["MessageBody"]))
            self.world.send(one["MessageBody"])
        return {"Successful": [{"Id": one["Id"]} for one in Entries], "Failed": []}


class Centre:
    """Contacts that wait in the queue Support, and the sweep function."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.support, self.billing = world.seed.queues["Support"], world.seed.queues["Billing"]
        self.queue = SendingQueue(world)
        self.client = connect_client(world.connect, world.time.goes_on)

    def waiting(self, count: int = 1, **given: Any) -> list[str]:
        ids = []
        for _ in range(count):
            contact = self.world.contact(**given)
            self.world.connect.others.place(contact, queue_id=self.support)
            self.world.time.goes_on(1.0)
            ids.append(contact)
        return ids

    def function(self) -> SweepFunction:
        settings = SweepSettings((INSTANCE_ARN,), "https://sqs/transfer", "https://sqs/urgent")
        aws = {"connect": self.client, "sqs": self.queue}
        return bootstrap.sweep(settings.to_environment(), aws=aws, clock=self.world.time.clock())

    def event(self, **sweep: Any) -> dict[str, Any]:
        given = {"contactFlowId": self.world.seed.flows["Move to queue"], "queueId": self.billing, "limit": 1000}
        arns = [f"{INSTANCE_ARN}/queue/{self.support}", "arn:aws:connect:us-east-1:000000000000:instance/other/queue/q"]
        return {"route": "overflow", "eventId": "e-1", "queueArns": arns, "sweep": {**given, **sweep}}

    def invoke(self, event: Any = None, seconds: float = 300.0) -> dict[str, Any]:
        return self.function().invoke(event or self.event(), seconds)

    def swept(self) -> list[str]:
        return [body["contactId"] for body in self.queue.bodies]


@pytest.fixture
def centre(dynamodb: Any) -> Centre:
    return Centre(World(dynamodb, routes={"overflow": 1}))


def test_every_waiting_contact_is_asked_for_oldest_first_as_one_batch(centre: Centre) -> None:
    contacts = centre.waiting(3)
    assert centre.invoke() == {"batchId": "sweep-e-1", "requests": 3}
    assert centre.swept() == contacts
    first = centre.queue.bodies[0]
    assert (first["onlyIfWaiting"], first["onlyIfInQueueId"], first["batchId"]) == (True, centre.support, "sweep-e-1")
    assert (first["route"], first["queueId"]) == ("overflow", centre.billing)


def test_contacts_with_an_agent_an_end_or_another_queue_are_left_alone(centre: Centre) -> None:
    taken, ended, moved, waits = centre.waiting(4)
    others = centre.world.connect.others
    others.place(taken, user_id=centre.world.seed.users["ana"])
    others.end(ended)
    others.place(moved, queue_id=centre.billing)
    centre.invoke()
    assert centre.swept() == [waits]


def test_only_what_has_waited_long_enough_is_asked_for_and_no_more_than_the_limit(centre: Centre) -> None:
    old = centre.waiting(3)
    centre.world.time.goes_on(1800.0)
    centre.waiting(2)
    centre.invoke(centre.event(olderThanMinutes=10, limit=2))
    assert centre.swept() == old[:2]


def test_two_thousand_contacts_are_found_within_the_quota_of_searchcontacts(centre: Centre) -> None:
    world = centre.world
    contacts = centre.waiting(2000)
    began = world.time.now
    assert centre.invoke(centre.event(limit=5000))["requests"] == 2000
    assert centre.swept() == contacts
    assert world.calls("SearchContacts") == 20
    assert world.time.now - began >= 19 * 2.0
    assert not [call for call in world.connect.history.calls if call.status == 429]


def test_a_channel_that_cannot_be_transferred_is_not_asked_for(centre: Centre) -> None:
    order = SweepOrder(centre.world.instance_id, (centre.support,), "f", "b", queue_id="q", channels=("EMAIL",))
    centre.waiting(1)
    assert ContactSearch(centre.client, centre.world.time.clock()).waiting(order) == []


@pytest.mark.parametrize(
    "kind", [FaultKind.THROTTLE, FaultKind.UNAVAILABLE, FaultKind.LOST_RESET, FaultKind.EMPTY, FaultKind.PAGE_404]
)
def test_a_page_that_connect_does_not_give_is_asked_for_again(centre: Centre, kind: FaultKind) -> None:
    contacts = centre.waiting(2)
    centre.world.connect.add_fault(Fault(kind, "SearchContacts", calls=2))
    centre.invoke()
    assert centre.swept() == contacts


def test_a_refused_search_fails_the_invocation_and_sends_nothing(centre: Centre) -> None:
    centre.waiting(1)
    centre.world.connect.add_fault(Fault(FaultKind.ACCESS_DENIED, "SearchContacts"))
    with pytest.raises(SearchFailed, match="AccessDenied"):
        centre.invoke()
    assert centre.swept() == []


def test_what_was_found_is_sent_although_the_invocation_has_no_time_for_all_pages(centre: Centre) -> None:
    centre.waiting(300)
    assert centre.invoke(seconds=33.0)["requests"] == 200


def test_requests_that_sqs_does_not_take_fail_the_invocation_which_is_repeated(centre: Centre) -> None:
    contacts = centre.waiting(15)
    centre.queue.refused = 1
    with pytest.raises(NotSent, match="0 of 15 sent"):
        centre.invoke()
    centre.invoke()
    assert centre.swept() == contacts


@pytest.mark.parametrize("event", [None, "text", {}, {"route": "r", "eventId": "e", "queueArns": []}])
def test_an_event_that_no_rule_of_ours_writes_is_refused(centre: Centre, event: Any) -> None:
    with pytest.raises(NotASweep):
        centre.function().invoke(event, 60.0)


def test_queues_of_an_instance_that_is_not_served_ask_for_nothing(centre: Centre) -> None:
    event = {**centre.event(), "queueArns": ["arn:aws:connect:us-east-1:000000000000:instance/other/queue/q"]}
    assert centre.invoke(event)["requests"] == 0


def test_an_urgent_sweep_asks_by_the_urgent_lane(centre: Centre) -> None:
    centre.waiting(1)
    centre.invoke(centre.event(priority="urgent"))
    assert centre.queue.urls == ["https://sqs/urgent"]
    assert centre.queue.bodies[0]["priority"] == "urgent"
    centre.waiting(1)
    centre.invoke()
    assert centre.queue.urls[1:] == ["https://sqs/transfer"]


def test_what_moves_ends_or_meets_an_agent_after_the_search_is_skipped_and_not_failed(centre: Centre) -> None:
    moved, ended, taken, waits = centre.waiting(4)
    centre.invoke()
    others = centre.world.connect.others
    others.place(moved, queue_id=centre.billing)
    others.end(ended)
    others.place(taken, user_id=centre.world.seed.users["ana"])
    centre.world.settle()
    assert [old for old, _ in centre.world.transfers] == [waits]
    reasons = {one["contactId"]: one["skipReason"] for one in centre.world.published("Skipped")}
    assert reasons == {moved: "NotInQueue", ended: "ContactEnded", taken: "ConnectedToAgent"}
    assert (centre.world.codes, centre.world.published("Failed")) == ([], [])


def test_a_second_sweep_during_the_first_moves_nothing_twice(centre: Centre) -> None:
    contacts = centre.waiting(5)
    centre.invoke()
    centre.invoke({**centre.event(), "eventId": "e-2"})
    centre.world.settle()
    assert sorted(old for old, _ in centre.world.transfers) == sorted(contacts)
    assert centre.world.codes == []


def test_a_second_sweep_while_the_first_is_half_done_moves_nothing_twice_and_fails_nothing(centre: Centre) -> None:
    """The index of SearchContacts lags behind, so the second one finds contacts that have moved meanwhile."""
    contacts = centre.waiting(8)
    centre.world.connect.set_switches(search_shows_after=60.0)
    centre.world.time.goes_on(60.0)
    centre.invoke()
    centre.world.invoke(centre.world.receive(4))
    assert len(centre.world.transfers) == 4
    centre.invoke({**centre.event(), "eventId": "e-2"})
    centre.world.settle()
    assert len(centre.swept()) > len(contacts)
    assert sorted(old for old, _ in centre.world.transfers) == sorted(contacts)
    assert (centre.world.codes, centre.world.published("Failed")) == ([], [])


def test_a_contact_that_was_transferred_eleven_times_stays_and_says_why(centre: Centre) -> None:
    world = centre.world
    [contact] = centre.waiting(1)
    for _ in range(11):
        world.connect.others.transfer(contact, queue_id=centre.support)
        contact = world.connect.history.transfers[-1].new
        world.time.goes_on(1.0)
    centre.invoke()
    world.settle()
    assert (centre.swept(), world.codes) == ([contact], ["TransferLimitReached"])
