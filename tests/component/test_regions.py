"""Global Resiliency: an instance in two Regions, a deployment in each, and every contact event in both."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.request.envelope import ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.transfer.rules import check_region
from tests.component.doors import Doors
from tests.component.services import Bus, Queues
from tests.component.world import INSTANCE_ARN, World

EAST, WEST = "us-east-1", "us-west-2"


class West(World):
    """The deployment in the other Region: queues, bus and ledger of its own, and the same contacts.

    Its Connect would transfer them: whatever is not transferred here was not asked for.
    """

    def __init__(self, east: World) -> None:
        east.dynamodb.create_table(
            TableName="ledger-west",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        arn = INSTANCE_ARN.replace(EAST, WEST)
        super().__init__(east.dynamodb, instance_arns=(arn,), ledger_table_name="ledger-west", routes={"again": 1})
        self.time, self.connect, self.seed = east.time, east.connect, east.seed
        self.queue, self.bus = Queues(self.time), Bus()
        self.worker = self.new_worker()


@pytest.fixture
def east(dynamodb: Any) -> Doors:
    doors = Doors(dynamodb, routes={"again": 1})
    doors.connect.others.replicate(doors.instance_id, EAST)
    return doors


@pytest.fixture
def west(east: Doors) -> West:
    return West(east)


def _event(world: World, contact: str, region: str) -> dict[str, Any]:
    instance = INSTANCE_ARN.replace(EAST, region)
    request = world.request(contact, instanceId=instance, route="again")
    return {"detail-type": REQUESTED, "source": ROUTE_EVENTS, "detail": request}


@pytest.mark.parametrize("first", [EAST, WEST])
def test_each_event_in_both_regions_makes_one_transfer(east: Doors, west: West, first: str) -> None:
    """Even if a route took both events: the rule before the call leaves the contact to its own Region."""
    contact = east.contact()
    order = [(east, EAST), (west, WEST)] if first == EAST else [(west, WEST), (east, EAST)]
    for world, region in order:
        world.send(_event(world, contact, region))
        world.settle()
    assert [old for old, _ in east.transfers] == [contact]
    assert east.codes == []
    assert west.codes == ["ContactInAnotherRegion"]
    assert EAST in west.dead[0]["FailureMessage"]
    assert not any("transfer_contact" in step for step in west.log)


def test_the_new_contact_is_of_its_region_too(east: Doors, west: West) -> None:
    east.transferred()
    [(_, new)] = east.transfers
    west.carry_out(new)
    assert west.codes == ["ContactInAnotherRegion"]
    east.carry_out(new, queueId=east.seed.queues["Support"])
    assert len(east.transfers) == 2


@pytest.mark.parametrize(("origin", "refused"), [(None, False), (EAST, False), (WEST, True)])
def test_a_contact_without_the_metadata_counts_as_own(origin: str | None, *, refused: bool) -> None:
    assert (check_region("c", origin, EAST) is not None) is refused
