"""The wire protocol through real boto3: every operation, every constraint's error, validation, signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.connect.model.operations import OPERATIONS


def refused(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    assert answer["Error"]["Message"]
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def start(service: Any, boto: Any, **params: Any) -> str:
    given = {"InstanceId": service.ids.instance_id, "ContactFlowId": service.ids.flows["Inbound"], "Name": "a task"}
    return str(boto.start_task_contact(**given, **params)["ContactId"])


def test_a_contact_from_start_to_stop(service: Any, boto: Any) -> None:
    instance = service.ids.instance_id
    task = start(service, boto, Description="private")
    boto.pause_contact(InstanceId=instance, ContactId=task)
    boto.resume_contact(InstanceId=instance, ContactId=task)
    shown = boto.describe_contact(InstanceId=instance, ContactId=task)["Contact"]
    assert (shown["Channel"], shown["TotalPauseCount"], shown["Name"]) == ("TASK", 1, "a task")
    boto.stop_contact(InstanceId=instance, ContactId=task)
    ended = boto.describe_contact(InstanceId=instance, ContactId=task)["Contact"]
    assert ended["DisconnectTimestamp"] >= ended["InitiationTimestamp"]
    stop = {"InstanceId": instance, "ContactId": task}
    assert refused(lambda: boto.stop_contact(**stop)) == ("ContactNotFoundException", 410)
    assert refused(lambda: boto.pause_contact(**stop)) == ("InvalidRequestException", 400)


def test_a_transfer_and_its_replay_with_the_same_token(service: Any, boto: Any) -> None:
    task = start(service, boto)
    request = {
        "InstanceId": service.ids.instance_id,
        "ContactId": task,
        "ContactFlowId": service.ids.flows["Move to queue"],
        "QueueId": service.ids.queues["Support"],
        "ClientToken": "t",
    }
    first, again = boto.transfer_contact(**request), boto.transfer_contact(**request)
    assert first["ContactId"] == again["ContactId"] != task
    assert first["ContactArn"].endswith(f"/contact/{first['ContactId']}")
    assert first["ResponseMetadata"]["RequestId"] == service.control.transfers()[0]["request_id"]
    assert len(service.control.transfers()) == 1


def test_the_other_channels_start_too(service: Any, boto: Any) -> None:
    instance, flow = service.ids.instance_id, service.ids.flows["Inbound"]
    email = boto.start_email_contact(
        InstanceId=instance,
        FromEmailAddress={"EmailAddress": "a@example.com"},
        DestinationEmailAddress="b@example.com",
        EmailMessage={"MessageSourceType": "RAW"},
        ContactFlowId=flow,
    )
    voice = boto.start_outbound_voice_contact(
        InstanceId=instance, DestinationPhoneNumber="+4930123456", ContactFlowId=flow
    )
    chat = boto.start_chat_contact(
        InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "a customer"}
    )
    assert chat["ParticipantToken"]
    for answer, channel in ((email, "EMAIL"), (voice, "VOICE"), (chat, "CHAT")):
        shown = boto.describe_contact(InstanceId=instance, ContactId=answer["ContactId"])["Contact"]
        assert shown["Channel"] == channel


def test_a_tree_is_listed_in_pages(service: Any, boto: Any) -> None:
    task = start(service, boto)
    linked = [start(service, boto, PreviousContactId=task) for _ in range(4)]
    request = {"InstanceId": service.ids.instance_id, "ContactId": task, "MaxResults": 2}
    answers = [boto.list_associated_contacts(**request)]
    while token := answers[-1].get("NextToken"):
        answers.append(boto.list_associated_contacts(**request, NextToken=token))
    sizes = [len(answer["ContactSummaryList"]) for answer in answers]
    found = [entry["ContactId"] for answer in answers for entry in answer["ContactSummaryList"]]
    assert sizes == [2, 2, 1]
    assert found == [task, *linked]
    wrong = {"InstanceId": service.ids.instance_id, "ContactId": task, "NextToken": "made-up"}
    assert refused(lambda: boto.list_associated_contacts(**wrong)) == ("InvalidRequestException", 400)


@pytest.mark.parametrize(
    "kind",
    ["CONTACT_FLOW", "CUSTOMER_QUEUE", "CUSTOMER_HOLD", "CUSTOMER_WHISPER", "AGENT_HOLD", "AGENT_WHISPER",
     "OUTBOUND_WHISPER", "AGENT_TRANSFER", "QUEUE_TRANSFER", "CAMPAIGN"],
)  # fmt: skip
def test_flows_of_every_type_are_created_and_described(service: Any, boto: Any, kind: str) -> None:
    instance = service.ids.instance_id
    made = boto.create_contact_flow(InstanceId=instance, Name="new", Type=kind, Content="{}")
    shown = boto.describe_contact_flow(InstanceId=instance, ContactFlowId=made["ContactFlowId"])["ContactFlow"]
    assert (shown["Type"], shown["Status"], shown["State"]) == (kind, "PUBLISHED", "ACTIVE")
    listed = boto.list_contact_flows(InstanceId=instance, ContactFlowTypes=[kind])["ContactFlowSummaryList"]
    assert {entry["ContactFlowType"] for entry in listed} == {kind}
    assert made["ContactFlowId"] in {entry["Id"] for entry in listed}


def test_a_flow_is_saved_archived_and_its_name_is_its_own(service: Any, boto: Any) -> None:
    instance = service.ids.instance_id
    new = {"InstanceId": instance, "Name": "new", "Type": "QUEUE_TRANSFER", "Content": "{}"}
    flow = {"InstanceId": instance, "ContactFlowId": boto.create_contact_flow(**new, Status="SAVED")["ContactFlowId"]}
    assert refused(lambda: boto.describe_contact_flow(**flow)) == ("ContactFlowNotPublishedException", 404)
    assert refused(lambda: boto.create_contact_flow(**new)) == ("DuplicateResourceException", 409)
    service.control.others("publish_flow", flow_id=flow["ContactFlowId"])
    boto.update_contact_flow_metadata(**flow, ContactFlowState="ARCHIVED", Name="old")
    shown = boto.describe_contact_flow(**flow)["ContactFlow"]
    assert (shown["State"], shown["Name"]) == ("ARCHIVED", "old")


def test_queues_users_and_the_instance(service: Any, boto: Any) -> None:
    instance = service.ids.instance_id
    queue = boto.create_queue(InstanceId=instance, Name="Returns", HoursOfOperationId="h")["QueueId"]
    assert boto.describe_queue(InstanceId=instance, QueueId=queue)["Queue"]["Name"] == "Returns"
    assert queue in {
        q["Id"] for q in boto.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]
    }
    profiles = {"SecurityProfileIds": ["s"], "RoutingProfileId": "r"}
    user = boto.create_user(InstanceId=instance, Username="cho", IdentityInfo={"FirstName": "Cho"}, **profiles)
    assert boto.describe_user(InstanceId=instance, UserId=user["UserId"])["User"]["IdentityInfo"] == {
        "FirstName": "Cho"
    }
    assert "/agent/" in user["UserArn"]
    assert len(boto.list_users(InstanceId=instance)["UserSummaryList"]) == len(service.ids.users) + 1
    assert boto.describe_instance(InstanceId=instance)["Instance"]["Id"] == instance


def test_an_arn_in_the_path_is_understood(service: Any, boto: Any) -> None:
    arn = boto.describe_instance(InstanceId=service.ids.instance_id)["Instance"]["Arn"]
    assert boto.list_users(InstanceId=arn)["UserSummaryList"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"QueueId": "Q", "UserId": "U"}, ("InvalidRequestException", 400)),
        ({"ContactFlowId": "unknown"}, ("ResourceNotFoundException", 404)),
        ({"ContactFlowId": "f" * 501}, ("InvalidRequestException", 400)),
        ({"ClientToken": "t" * 501}, ("InvalidRequestException", 400)),
        ({"ContactId": "c" * 257}, ("InvalidRequestException", 400)),
        ({"InstanceId": "i" * 101}, ("InvalidRequestException", 400)),
        ({"UserId": "u" * 257}, ("InvalidRequestException", 400)),
    ],
)
def test_a_transfer_is_refused_as_boto3_shows_it(
    service: Any, boto: Any, change: dict[str, str], expected: tuple[str, int]
) -> None:
    request = {
        "InstanceId": service.ids.instance_id,
        "ContactId": start(service, boto),
        "ContactFlowId": service.ids.flows["Move to queue"],
        **change,
    }
    assert refused(lambda: boto.transfer_contact(**request)) == expected
    assert service.control.transfers() == []


def test_the_default_quota_throttles_the_sixth_transfer(service: Any, boto: Any) -> None:
    service.control.set_quota("TransferContact", 0.001, 5)
    request = {"InstanceId": service.ids.instance_id, "ContactFlowId": service.ids.flows["Move to queue"]}
    for _ in range(5):
        boto.transfer_contact(**request, ContactId=start(service, boto))
    sixth = start(service, boto)
    assert refused(lambda: boto.transfer_contact(**request, ContactId=sixth)) == ("ThrottlingException", 429)


def test_what_is_not_simulated_says_so(service: Any, boto: Any) -> None:
    assert refused(lambda: boto.list_prompts(InstanceId=service.ids.instance_id)) == ("NotImplementedException", 501)


def test_a_request_must_be_signed_for_connect(service: Any) -> None:
    answer = httpx.get(f"{service.url}/instance/{service.ids.instance_id}")
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'{"InstanceId": 1, "ContactId": "c", "ContactFlowId": "f"}', "SerializationException"),
        (b'{"InstanceId": null, "ContactId": "c", "ContactFlowId": "f"}', "InvalidRequestException"),
        (b'{"InstanceId": "", "ContactId": "c", "ContactFlowId": "f"}', "InvalidRequestException"),
        (b"", "InvalidRequestException"),
        (b"\xff\xfe", "SerializationException"),
    ],
)
def test_a_bad_body_is_refused_with_400(service: Any, body: bytes, error: str) -> None:
    signed = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/connect/aws4_request"}
    answer = httpx.post(f"{service.url}/contact/transfer", content=body, headers=signed)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, error)


def test_an_unknown_path_is_no_operation(service: Any) -> None:
    assert httpx.get(f"{service.url}/nothing/here").status_code == 404


def test_every_simulated_operation_is_of_the_api(boto: Any) -> None:
    assert set(OPERATIONS) <= set(boto.meta.service_model.operation_names)
