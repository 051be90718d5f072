"""The operations on contacts, in the names and shapes of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.connect.model import errors, lifecycle, views
from local.connect.model.lifecycle import Origin
from local.connect.model.pages import page
from local.connect.model.records import Contact, Instance
from local.connect.model.store import Store
from local.connect.model.transfers import By, check_contact, checked_target, transfer

Params = Mapping[str, Any]
Answer = dict[str, Any]


def transfer_contact(store: Store, params: Params, request_id: str) -> Answer:
    """TransferContact."""
    instance = store.instance(params["InstanceId"])
    token = params.get("ClientToken")

    def act() -> Answer:
        contact = store.contact(instance, params["ContactId"])
        target = checked_target(store, instance, params["ContactFlowId"], params.get("QueueId"), params.get("UserId"))
        check_contact(store, contact)
        new = transfer(store, contact, target, By(token=token, request_id=request_id))
        if store.switches.answers_without_contact_id:
            return {}
        shown = contact if store.switches.answers_old_contact_id else new
        return {"ContactId": shown.id, "ContactArn": shown.arn}

    return store.tokens.once(("TransferContact", instance.id, token), params, store.now(), store.switches, act)


def describe_contact(store: Store, params: Params, _: str) -> Answer:
    """DescribeContact."""
    contact = store.contact(store.instance(params["InstanceId"]), params["ContactId"])
    if store.now() < contact.described_from:
        raise errors.not_found(f"Contact not found: {contact.id}")
    return {"Contact": views.by_its_clock(views.contact(contact, store.now(), store.switches), store.switches)}


def list_associated_contacts(store: Store, params: Params, _: str) -> Answer:
    """ListAssociatedContacts: the whole tree, oldest first (order: assumed)."""
    contact = store.contact(store.instance(params["InstanceId"]), params["ContactId"])
    now = store.now()
    tree = [member for member in store.trees[contact.association_id] if now >= member.listed_from]
    shown = [views.by_its_clock(views.summary(member, now, store.switches), store.switches) for member in tree]
    size = min(int(params.get("MaxResults") or 100), int(store.switches.associated_page_size))
    return page("ContactSummaryList", shown, {**params, "MaxResults": size})


def start_task_contact(store: Store, params: Params, _: str) -> Answer:
    """StartTaskContact. Linked tasks have InitiationMethod API and are no transfers."""
    if params.get("PreviousContactId") and params.get("RelatedContactId"):
        raise errors.invalid_request("PreviousContactId and RelatedContactId cannot both be given.")
    if not (params.get("ContactFlowId") or params.get("TaskTemplateId") or params.get("QuickConnectId")):
        raise errors.invalid_request("One of ContactFlowId, TaskTemplateId and QuickConnectId must be given.")
    return _start(store, "StartTaskContact", "TASK", "API", params)


def start_email_contact(store: Store, params: Params, _: str) -> Answer:
    """StartEmailContact: an inbound e-mail (InitiationMethod INBOUND: assumed)."""
    return _start(store, "StartEmailContact", "EMAIL", "INBOUND", params)


def start_outbound_voice_contact(store: Store, params: Params, _: str) -> Answer:
    """StartOutboundVoiceContact: dials nobody."""
    return _start(store, "StartOutboundVoiceContact", "VOICE", "API", params)


def start_chat_contact(store: Store, params: Params, _: str) -> Answer:
    """StartChatContact: the participant's token leads nowhere."""
    answer = _start(store, "StartChatContact", "CHAT", "API", params)
    return {**answer, "ParticipantId": store.new_id(), "ParticipantToken": store.new_id()}


def stop_contact(store: Store, params: Params, _: str) -> Answer:
    """StopContact. Stopping an ended contact answers 410 ContactNotFoundException (assumed). Raise ``ConnectError``."""
    contact = store.contact(store.instance(params["InstanceId"]), params["ContactId"])
    if not contact.active:
        raise errors.ConnectError("ContactNotFoundException", 410, f"The contact {contact.id} has ended.")
    lifecycle.end(store, contact, lifecycle.STOPPED)
    return {}


def pause_contact(store: Store, params: Params, _: str) -> Answer:
    """PauseContact."""
    lifecycle.pause(store, store.contact(store.instance(params["InstanceId"]), params["ContactId"]))
    return {}


def resume_contact(store: Store, params: Params, _: str) -> Answer:
    """ResumeContact."""
    lifecycle.resume(store, store.contact(store.instance(params["InstanceId"]), params["ContactId"]))
    return {}


def _start(store: Store, operation: str, channel: str, method: str, params: Params) -> Answer:
    instance = store.instance(params["InstanceId"])
    key = (operation, instance.id, params.get("ClientToken"))
    return store.tokens.once(
        key, params, store.now(), store.switches, lambda: _begin(store, instance, channel, method, params)
    )


def _begin(store: Store, instance: Instance, channel: str, method: str, params: Params) -> Answer:
    flow = store.flow(instance, params["ContactFlowId"]) if params.get("ContactFlowId") else None
    previous = _named(store, instance, params.get("PreviousContactId"))
    related = _named(store, instance, params.get("RelatedContactId"))
    if previous is not None:
        lifecycle.check_link(previous)
    contact = lifecycle.begin(store, instance, channel, Origin(method, previous, related), flow)
    contact.name, contact.description = params.get("Name"), params.get("Description")
    if previous is not None:
        lifecycle.link(store, contact, previous)
    lifecycle.announce_start(store, contact)
    if flow is not None:
        contact.queue_id = flow.queue_id
        lifecycle.run_flow(store, contact, flow.course)
    return {"ContactId": contact.id}


def _named(store: Store, instance: Instance, contact_id: str | None) -> Contact | None:
    return store.contact(instance, contact_id) if contact_id else None
