"""The operations on instances, flows, queues and users, in the names and shapes of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local.connect.model import errors, views
from local.connect.model.pages import page
from local.connect.model.records import Flow, Instance, Queue, User
from local.connect.model.store import Store

Params = Mapping[str, Any]
Answer = dict[str, Any]

#: Suffix of DescribeContactFlow's ContactFlowId that asks for the saved content (documented).
SAVED_ALIAS = ":$SAVED"


def create_contact_flow(store: Store, params: Params, _: str) -> Answer:
    """CreateContactFlow: all types; published unless ``Status`` is SAVED (documented). The content is not interpreted."""
    instance = store.instance(params["InstanceId"])
    _unused_name(store.flows.values(), instance, params["Name"])
    flow = Flow(
        id=store.new_id(),
        instance=instance,
        name=params["Name"],
        type=params["Type"],
        published=params.get("Status", "PUBLISHED") == "PUBLISHED",
        content=params["Content"],
        description=params.get("Description"),
        modified=store.now(),
    )
    store.flows[flow.id] = flow
    return {"ContactFlowId": flow.id, "ContactFlowArn": flow.arn}


def describe_contact_flow(store: Store, params: Params, _: str) -> Answer:
    """DescribeContactFlow. A flow that was never published answers 404 with a code of its own, unless asked ``id:$SAVED``."""
    instance = store.instance(params["InstanceId"])
    given: str = params["ContactFlowId"]
    flow = store.flow(instance, given.removesuffix(SAVED_ALIAS))
    if not flow.published and not given.endswith(SAVED_ALIAS):
        raise errors.not_published(flow.id)
    return {"ContactFlow": views.flow(flow)}


def update_contact_flow_metadata(store: Store, params: Params, _: str) -> Answer:
    """UpdateContactFlowMetadata: name, description, archived or active again."""
    flow = store.flow(store.instance(params["InstanceId"]), params["ContactFlowId"])
    flow.name = params.get("Name", flow.name)
    flow.description = params.get("Description", flow.description)
    if "ContactFlowState" in params:
        flow.archived = params["ContactFlowState"] == "ARCHIVED"
    flow.modified = store.now()
    return {}


def list_contact_flows(store: Store, params: Params, _: str) -> Answer:
    """ListContactFlows, of the types asked for."""
    instance = store.instance(params["InstanceId"])
    types = params.get("ContactFlowTypes")
    flows = [f for f in store.flows.values() if f.instance is instance and (not types or f.type in types)]
    return page("ContactFlowSummaryList", [views.flow_summary(flow) for flow in flows], params)


def create_queue(store: Store, params: Params, _: str) -> Answer:
    """CreateQueue. The hours of operation are not looked up."""
    instance = store.instance(params["InstanceId"])
    _unused_name(store.queues.values(), instance, params["Name"])
    queue = Queue(
        id=store.new_id(),
        instance=instance,
        name=params["Name"],
        description=params.get("Description"),
        hours_of_operation_id=params["HoursOfOperationId"],
        modified=store.now(),
    )
    store.queues[queue.id] = queue
    return {"QueueId": queue.id, "QueueArn": queue.arn}


def describe_queue(store: Store, params: Params, _: str) -> Answer:
    """DescribeQueue."""
    return {"Queue": views.queue(store.queue(store.instance(params["InstanceId"]), params["QueueId"]))}


def list_queues(store: Store, params: Params, _: str) -> Answer:
    """ListQueues: standard queues. Agents' personal queues are not simulated, so type AGENT alone lists nothing."""
    instance = store.instance(params["InstanceId"])
    types = params.get("QueueTypes") or ["STANDARD"]
    queues = [q for q in store.queues.values() if q.instance is instance and "STANDARD" in types]
    return page("QueueSummaryList", [views.queue_summary(queue) for queue in queues], params)


def create_user(store: Store, params: Params, _: str) -> Answer:
    """CreateUser. Routing and security profiles are not looked up; no password is kept."""
    instance = store.instance(params["InstanceId"])
    _unused_name(store.users.values(), instance, params["Username"])
    identity = params.get("IdentityInfo") or {}
    user = User(
        id=store.new_id(),
        instance=instance,
        name=params["Username"],
        first_name=identity.get("FirstName"),
        last_name=identity.get("LastName"),
        routing_profile_id=params["RoutingProfileId"],
        security_profile_ids=tuple(params["SecurityProfileIds"]),
        modified=store.now(),
    )
    store.users[user.id] = user
    return {"UserId": user.id, "UserArn": user.arn}


def describe_user(store: Store, params: Params, _: str) -> Answer:
    """DescribeUser."""
    return {"User": views.user(store.user(store.instance(params["InstanceId"]), params["UserId"]))}


def list_users(store: Store, params: Params, _: str) -> Answer:
    """ListUsers."""
    instance = store.instance(params["InstanceId"])
    users = [user for user in store.users.values() if user.instance is instance]
    return page("UserSummaryList", [views.user_summary(user) for user in users], params)


def describe_instance(store: Store, params: Params, _: str) -> Answer:
    """DescribeInstance."""
    return {"Instance": views.instance(store.instance(params["InstanceId"]))}


def _unused_name(existing: Iterable[Flow | Queue | User], instance: Instance, name: str) -> None:
    if any(resource.name == name and resource.instance is instance for resource in existing):
        raise errors.duplicate(f"A resource named {name} exists already.")
