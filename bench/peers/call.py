"""The one boto3 call that every peer makes. The client's settings are the SDK's own."""

from typing import Any

import boto3

connect = boto3.client("connect")


def transfer(request: dict[str, Any]) -> dict[str, Any]:
    """Transfer one contact; return the new contact's id. Raise ``ClientError`` if Connect refuses.

    ``request``: the body of a message.
    """
    answer = connect.transfer_contact(
        InstanceId=request["instanceId"],
        ContactId=request["contactId"],
        ContactFlowId=request["contactFlowId"],
        QueueId=request["queueId"],
    )
    return {"contactId": answer["ContactId"]}
