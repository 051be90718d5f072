"""The policies that docs/doors.md prints for producers are enough, and allow nothing else: taken from the page, with IAM enforced."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import LocalCloud

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.xdist_group("cloud"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="IAM is enforced over HTTPS only, which needs openssl"),
]

PAGE = (Path(__file__).parents[2] / "docs" / "doors.md").read_text("utf-8")
FOR_QUEUE, FOR_BUS = (block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if '"Statement"' in block)
Client = Callable[[str], Any]
REQUESTED = "Contact Transfer Requested"


class Producers:
    """Makes IAM users of the deployment's account, each with one policy of the page and nothing else."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._iam = cloud.client("iam")
        self._names: list[str] = []

    def with_policy(self, printed: str, *, without: str | None = None) -> Client:
        """Return a factory of clients of a new producer. ``without``: the Sid of a statement to leave out."""
        region = self._cloud.aws.identity.region
        outputs = {**self._cloud.outputs, "AWS::Region": region}
        policy = json.loads(_fill(printed, outputs))
        policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != without]
        name = f"producer-{uuid.uuid4()}"
        self._names.append(name)
        self._iam.create_user(UserName=name)
        self._iam.put_user_policy(UserName=name, PolicyName="printed", PolicyDocument=json.dumps(policy))
        key = self._iam.create_access_key(UserName=name)["AccessKey"]
        credentials = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return lambda service: self._cloud.aws.client(service, **credentials)

    def remove(self) -> None:
        for name in self._names:
            for key in self._iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
                self._iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
            self._iam.delete_user_policy(UserName=name, PolicyName="printed")
            self._iam.delete_user(UserName=name)


class _Placeholders(Template):
    idpattern = r"(?a:[A-Za-z:]+)"


def _fill(printed: str, outputs: dict[str, str]) -> str:
    """Replace each ``${Output}`` as the page says; a name that is no output is a ``KeyError``."""
    return _Placeholders(printed).substitute(outputs)


@pytest.fixture
def producers(cloud: LocalCloud) -> Iterator[Producers]:
    made = Producers(cloud)
    yield made
    made.remove()


def _request(cloud: LocalCloud) -> dict[str, str]:
    flows, queues = cloud.seed["flows"], cloud.seed["queues"]
    answer = cloud.client("connect").start_task_contact(
        InstanceId=cloud.instance_id, ContactFlowId=flows["Inbound"], Name="t"
    )
    return {"contactId": answer["ContactId"], "contactFlowId": flows["Move to queue"], "queueId": queues["Billing"]}


def _entry(cloud: LocalCloud, detail: dict[str, str], **other: str) -> dict[str, str]:
    entry = {"Source": "crm", "DetailType": REQUESTED, "EventBusName": cloud.outputs["EventBusArn"]}
    return {**entry, "Detail": json.dumps(detail), **other}


def _wait_for_transfer(cloud: LocalCloud, contact_id: str) -> None:
    cloud.wait_until(
        lambda: [one for one in cloud.control.transfers() if one["old"] == contact_id], "the contact is transferred"
    )


def _denied(call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        call()


def test_the_queue_policy_of_the_page_lets_a_producer_send_and_its_contact_moves(
    cloud: LocalCloud, producers: Producers
) -> None:
    sqs, request = producers.with_policy(FOR_QUEUE)("sqs"), _request(cloud)
    name = cloud.outputs["TransferQueueArn"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(request))
    _wait_for_transfer(cloud, request["contactId"])


@pytest.mark.parametrize("statement", ["SendTransferRequests", "EncryptForTheQueue"])
def test_each_statement_of_the_queue_policy_is_needed(cloud: LocalCloud, producers: Producers, statement: str) -> None:
    sqs = producers.with_policy(FOR_QUEUE, without=statement)("sqs")
    _denied(lambda: sqs.send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody="{}"))


def test_the_queue_policy_of_the_page_allows_nothing_else(cloud: LocalCloud, producers: Producers) -> None:
    client = producers.with_policy(FOR_QUEUE)
    sqs, queue = client("sqs"), cloud.outputs["TransferQueueUrl"]
    key = cloud.outputs["QueueKeyArn"]
    _denied(lambda: sqs.receive_message(QueueUrl=queue))
    _denied(lambda: sqs.purge_queue(QueueUrl=queue))
    _denied(lambda: sqs.send_message(QueueUrl=cloud.outputs["DeadLetterQueueUrl"], MessageBody="{}"))
    _denied(lambda: client("kms").generate_data_key(KeyId=key, KeySpec="AES_256"))  # not by way of SQS
    _denied(lambda: client("events").put_events(Entries=[_entry(cloud, {})]))
    _denied(lambda: client("dynamodb").scan(TableName=cloud.outputs["LedgerTableName"]))


def test_the_bus_policy_of_the_page_lets_a_producer_put_requests_and_its_contact_moves(
    cloud: LocalCloud, producers: Producers
) -> None:
    events, request = producers.with_policy(FOR_BUS)("events"), _request(cloud)
    assert events.put_events(Entries=[_entry(cloud, request)])["FailedEntryCount"] == 0
    _wait_for_transfer(cloud, request["contactId"])


@pytest.mark.parametrize(
    "entries",
    [
        [{"DetailType": "Contact Transfer Succeeded"}],
        [{"DetailType": "Contact Transfer Succeeded"}, {}],
        [{}, {"DetailType": "Contact Transfer Succeeded"}],
        [{"Source": "contact-transfer"}],
        [{}, {"Source": "contact-transfer"}],
        [{"EventBusName": "default"}],
    ],
)
def test_the_bus_policy_of_the_page_allows_no_other_event(
    cloud: LocalCloud, producers: Producers, entries: list[dict[str, str]]
) -> None:
    """A call with several entries is allowed only if every one of them is."""
    events = producers.with_policy(FOR_BUS)("events")
    _denied(lambda: events.put_events(Entries=[_entry(cloud, {}, **entry) for entry in entries]))


def test_the_bus_policy_of_the_page_gives_no_way_to_the_queue(cloud: LocalCloud, producers: Producers) -> None:
    sqs = producers.with_policy(FOR_BUS)("sqs")
    _denied(lambda: sqs.send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody="{}"))
