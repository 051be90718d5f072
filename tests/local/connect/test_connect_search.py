"""SearchContacts, and contacts of an instance that is replicated to another Region."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest


def search(scene: Any, kind: str = "ENQUEUE_TIMESTAMP", **params: Any) -> list[str]:
    span = {"Type": kind, "StartTime": scene.clock.now - 3600, "EndTime": scene.clock.now}
    answer = scene.ask("SearchContacts", TimeRange=span, **params)
    assert answer.error is None, answer.error
    return [entry["Id"] for entry in answer.body["Contacts"]]


def queued(scene: Any, queue: str) -> str:
    contact_id = scene.task()
    scene.connect.others.place(contact_id, queue_id=scene.ids.queues[queue])
    scene.clock.wait(1)
    return str(contact_id)


def test_contacts_are_found_by_the_queue_in_which_they_were_queued(scene: Any) -> None:
    first, second = queued(scene, "Support"), queued(scene, "Support")
    queued(scene, "Billing")
    scene.task()
    criteria = {"QueueIds": [scene.ids.queues["Support"]]}
    by_start = {"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"}
    assert search(scene, SearchCriteria=criteria, Sort=by_start) == [first, second]


def test_contacts_with_an_agent_or_an_end_are_found_too_since_there_is_no_filter_for_waiting(scene: Any) -> None:
    taken, ended = queued(scene, "Support"), queued(scene, "Support")
    scene.connect.others.place(taken, user_id=scene.ids.users["ana"])
    scene.connect.others.end(ended)
    assert set(search(scene, SearchCriteria={"QueueIds": [scene.ids.queues["Support"]]})) == {taken, ended}


def test_contacts_are_found_by_words_of_their_names(scene: Any) -> None:
    params = {"InstanceId": scene.ids.instance_id, "ContactFlowId": scene.ids.flows["Inbound"]}
    first, second, _ = (
        scene.connect.call("StartTaskContact", **params, Name=name)["ContactId"]
        for name in ("A test (one)", "a test (two)", "Order")
    )
    for texts, match, found in (
        (["A test", "two"], "MATCH_ALL", {second}),
        (["one", "two"], "MATCH_ANY", {first, second}),
    ):
        criteria = {"Name": {"SearchText": texts, "MatchType": match}}
        assert set(search(scene, "INITIATION_TIMESTAMP", SearchCriteria=criteria)) == found


def test_only_contacts_queued_within_the_time_range_are_found(scene: Any) -> None:
    queued(scene, "Support")
    scene.clock.wait(7200)
    late = queued(scene, "Support")
    assert search(scene) == [late]


def test_the_search_index_lags(scene: Any) -> None:
    scene.connect.set_switches(search_shows_after=30.0)
    contact_id = queued(scene, "Support")
    assert search(scene) == []
    scene.clock.wait(30)
    assert search(scene) == [contact_id]


def test_a_long_list_comes_in_pages_over_the_wire(service: Any, boto: Any) -> None:
    ids = service.ids
    for _ in range(3):
        boto.start_task_contact(InstanceId=ids.instance_id, ContactFlowId=ids.flows["Inbound"], Name="a task")
    now = datetime.now(UTC).timestamp()
    span = {"Type": "INITIATION_TIMESTAMP", "StartTime": now - 3600, "EndTime": now + 60}
    pages = boto.get_paginator("search_contacts").paginate(
        InstanceId=ids.instance_id, TimeRange=span, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Contacts"]) for page in pages] == [2, 1]


def test_a_contact_of_another_origin_region_says_so_and_cannot_be_transferred_here(scene: Any) -> None:
    scene.connect.others.replicate(scene.ids.instance_id, "us-west-2")
    contact_id = scene.task()
    shown = scene.contact(contact_id)["GlobalResiliencyMetadata"]
    assert shown == {"ActiveRegion": "eu-central-1", "OriginRegion": "us-west-2"}
    assert scene.events[-1].detail["globalResiliencyMetadata"]["originRegion"] == "us-west-2"
    assert scene.to_support(contact_id).error.status == 400


def test_a_successor_has_the_origin_region_of_its_predecessor(scene: Any) -> None:
    scene.connect.others.replicate(scene.ids.instance_id, "eu-central-1")
    new = scene.to_support(scene.task()).body["ContactId"]
    assert scene.contact(new)["GlobalResiliencyMetadata"]["OriginRegion"] == "eu-central-1"


@pytest.mark.parametrize("days", [-1, 60])
def test_a_time_range_that_the_api_does_not_allow_is_refused(scene: Any, days: int) -> None:
    span = {"Type": "INITIATION_TIMESTAMP", "StartTime": 0.0, "EndTime": days * 86_400.0}
    assert scene.ask("SearchContacts", TimeRange=span).error.status == 400
