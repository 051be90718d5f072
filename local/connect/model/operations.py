"""Every operation that is simulated, by its name in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.connect.model import contact_operations as contacts
from local.connect.model import resource_operations as resources
from local.connect.model.search_operations import search_contacts
from local.connect.model.store import Store

Operation = Callable[[Store, Mapping[str, Any], str], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    "TransferContact": contacts.transfer_contact,
    "DescribeContact": contacts.describe_contact,
    "ListAssociatedContacts": contacts.list_associated_contacts,
    "SearchContacts": search_contacts,
    "StartTaskContact": contacts.start_task_contact,
    "StartEmailContact": contacts.start_email_contact,
    "StartOutboundVoiceContact": contacts.start_outbound_voice_contact,
    "StartChatContact": contacts.start_chat_contact,
    "StopContact": contacts.stop_contact,
    "PauseContact": contacts.pause_contact,
    "ResumeContact": contacts.resume_contact,
    "CreateContactFlow": resources.create_contact_flow,
    "DescribeContactFlow": resources.describe_contact_flow,
    "UpdateContactFlowMetadata": resources.update_contact_flow_metadata,
    "ListContactFlows": resources.list_contact_flows,
    "CreateQueue": resources.create_queue,
    "DescribeQueue": resources.describe_queue,
    "ListQueues": resources.list_queues,
    "CreateUser": resources.create_user,
    "DescribeUser": resources.describe_user,
    "ListUsers": resources.list_users,
    "DescribeInstance": resources.describe_instance,
}
