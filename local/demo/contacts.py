"""Makes the contacts of the demonstration, with Connect's own operations where there is one."""

from __future__ import annotations

import base64
from typing import Any

from local.cloud import LocalCloud

TRANSFER_LIMIT = 11


class Contacts:
    """Every method makes a new contact and returns its id; in the first instance unless the ARN of another is given."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._connect: Any = cloud.client("connect")
        self._control = cloud.control
        self._instance: str = cloud.instance_id
        self._seed = cloud.seed
        self._seeds, self._arns = cloud.seeds, cloud.instance_arns
        for operation in ("StartTaskContact", "StartEmailContact", "StartOutboundVoiceContact", "StopContact"):
            self._control.set_quota(operation, None)  # preparing the stage is not what is shown

    def task(self, arn: str = "") -> str:
        """Create a task in the instance (the default one unless ``arn`` is given) and return its id."""
        instance, flow = self._place(arn)
        answer = self._connect.start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="t")
        return str(answer["ContactId"])

    def email(self, arn: str = "") -> str:
        """Create an e-mail in the instance (the default one unless ``arn`` is given) and return its id."""
        instance, flow = self._place(arn)
        raw = {"Subject": "Order", "Body": base64.b64encode(b"Where is it?").decode(), "ContentType": "text/plain"}
        answer = self._connect.start_email_contact(
            InstanceId=instance,
            FromEmailAddress={"EmailAddress": "customer@example.com"},
            DestinationEmailAddress="care@example.com",
            EmailMessage={"MessageSourceType": "RAW", "RawMessage": raw},
            ContactFlowId=flow,
        )
        return str(answer["ContactId"])

    def _place(self, arn: str) -> tuple[str, str]:
        """The id of an instance, and of the flow that its contacts begin in."""
        arn = arn or self._arns[0]
        return arn.rsplit("/", 1)[-1], str(self._seeds[arn]["flows"]["Inbound"])

    def voice(self) -> str:
        """Create a phone call and return its id."""
        answer = self._connect.start_outbound_voice_contact(
            InstanceId=self._instance,
            ContactFlowId=self._seed["flows"]["Inbound"],
            DestinationPhoneNumber="+12065550100",
            SourcePhoneNumber="+12065550101",
        )
        return str(answer["ContactId"])

    def ended(self) -> str:
        """Create a task, end it, and return its id."""
        contact_id = self.task()
        self._connect.stop_contact(InstanceId=self._instance, ContactId=contact_id)
        return contact_id

    def worn_out(self) -> str:
        """Return a contact that agents have transferred as often as Connect allows."""
        contact_id, queue = self.task(), self._seed["queues"]["Supervisors"]
        for _ in range(TRANSFER_LIMIT):
            seen = len(self._control.transfers())
            self._control.others("transfer", contact_id=contact_id, queue_id=queue)
            contact_id = str(self._control.transfers(after=seen)[0]["new"])
        return contact_id
