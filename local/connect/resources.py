"""Flows, queues and agents whose ids somebody else chose, such as those that a deployment's settings name."""

from __future__ import annotations

import re

from local.connect.model import Connect
from local.connect.model.records import TRANSFERABLE_FLOW_TYPES, Flow, Queue, User

_RESOURCE = re.compile(
    r"(?P<instance>arn:[\w-]+:connect:[\w-]+:\d{12}:instance/[\w-]+)/(?P<kind>contact-flow|queue|agent)/(?P<id>[\w.~-]+)"
    r"(=(?P<type>[A-Z_]+))?"
)


def add_resource(connect: Connect, text: str) -> None:
    """Add the resource with an ARN to its instance; ``ARN=TYPE`` for a flow of another type than CONTACT_FLOW.

    Its name is its kind and the beginning of its id. Raises ``ValueError`` for what is no such ARN, or of an instance that does not exist.
    """
    found = _RESOURCE.fullmatch(text)
    if found is None:
        raise ValueError(f"not the ARN of a flow, queue or agent: {text}")
    instance = connect.store.instances.get(found["instance"].rsplit("/", 1)[-1])
    if instance is None or instance.arn != found["instance"]:
        raise ValueError(f"{text} belongs to an instance that does not exist here")
    id_, name, now = found["id"], f"{found['kind']} {found['id'][:8]}", connect.store.now()
    if found["kind"] == "queue":
        connect.store.queues[id_] = Queue(id_, instance, name, modified=now)
    elif found["kind"] == "agent":
        connect.store.users[id_] = User(id_, instance, name, modified=now)
    else:
        connect.store.flows[id_] = Flow(id_, instance, name, _flow_type(found["type"]), modified=now)


def _flow_type(given: str | None) -> str:
    if given is not None and given not in TRANSFERABLE_FLOW_TYPES:
        raise ValueError(f"a flow of type {given} cannot be a transfer's: {', '.join(sorted(TRANSFERABLE_FLOW_TYPES))}")
    return given or "CONTACT_FLOW"
