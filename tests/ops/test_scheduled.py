"""``transfers scheduled`` against the local cloud: what is held is listed, soonest first."""

from __future__ import annotations

import time

import pytest

from contact_transfer.request.timestamps import rfc3339
from tests.ops.conftest import Centre, Transfers

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]


def test_held_requests_are_listed_soonest_first(centre: Centre, transfers: Transfers) -> None:
    assert transfers("scheduled").status == 3
    scheduler, group = centre.cloud.client("scheduler"), centre.cloud.outputs["EventBusName"]
    later, sooner = centre.tasks(2)
    due = {later: rfc3339(time.time() // 1 + 7200), sooner: rfc3339(time.time() // 1 + 3600)}
    for contact, moment in due.items():
        body = centre.body(contact, notBefore=moment)
        centre.cloud.client("sqs").send_message(QueueUrl=centre.cloud.outputs["TransferQueueUrl"], MessageBody=body)
    centre.worked_off()
    listed = transfers("scheduled", "--json").json["scheduled"]
    assert [one["contactId"] for one in listed] == [sooner, later]
    assert [one["due"][:19] for one in listed] == [due[sooner][:19], due[later][:19]]
    assert all(one["requestName"].startswith(f"contact:{one['contactId']}") for one in listed)
    ran = transfers("scheduled", "--limit", "1")
    assert "and more" in ran.out
    for one in listed:
        scheduler.delete_schedule(GroupName=group, Name=one["schedule"])
