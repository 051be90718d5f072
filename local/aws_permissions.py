"""Permissions that AWS evaluates and ministack 1.5.33 does not. Runs in ministack's own environment (see ``local/aws/start.py``).

- The policy of an event bus: CloudFormation stores it, and ``PutEvents`` obeys it.
- ``events:source`` and ``events:detail-type`` of ``PutEvents``, as lists over all entries of the call.
- ``aws:PrincipalArn`` of a session is the ARN of its role.
- The key of an encrypted queue: a sender or receiver needs it too, by way of SQS (``kms:ViaService``).
- ``ContextEntries`` of ``SimulatePrincipalPolicy``: conditions on what the caller says about the simulated call.

Sources: EventBridge user guide, "Using IAM policy conditions"; IAM user guide, "AWS global condition context keys"; SQS developer
guide, "Key management"; IAM API reference, "SimulatePrincipalPolicy". ministack models no calls from one account to another, so
neither do these.
"""

# ruff: noqa: SLF001 - ministack has no public way to add this; the pinned version is what this was written for

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from itertools import count, takewhile
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import eventbridge, iam, sqs
from ministack.services.cloudformation import provisioners

#: What a call of SQS needs of the queue's key. Source: SQS developer guide, "Key management", permissions of producers and consumers.
KEY_ACTIONS = {
    "sqs:SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"),
    "sqs:ReceiveMessage": ("kms:Decrypt",),
}
_NOTHING: Mapping[str, str] = {}
#: What the caller of a simulation says about the simulated call, by condition key in lower case.
_SIMULATED: ContextVar[Mapping[str, str]] = ContextVar("simulated", default=_NOTHING)


def evaluate_all() -> None:
    """Let the emulator evaluate everything that this module is about."""
    _keep_bus_policies()
    _show_event_conditions()
    _know_roles_of_sessions()
    _need_the_queues_key()
    _heed_simulated_context()


def _keep_bus_policies() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        return _with_policy(create(logical_id, properties, stack_name), properties)

    def updated(name: str, old: dict[str, Any], new: dict[str, Any], stack_name: str) -> Any:
        return _with_policy(update(name, old, new, stack_name), new)

    handlers.update(create=created, update=updated)
    eventbridge.bus_policy_for_arn = _bus_policy
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["events"] = ("eventbridge", "bus_policy_for_arn")


def _with_policy(made: Any, properties: dict[str, Any]) -> Any:
    eventbridge._event_bus_policies.pop(made[0], None)
    if "Policy" in properties:
        eventbridge._event_bus_policies[made[0]] = properties["Policy"]
    return made


def _bus_policy(arn: str) -> tuple[str, str] | None:
    """Return policy and owner of a bus, as the emulator's lookups of other services do. Rules have ARNs of their own kind."""
    account, (kind, _, name) = arn.split(":")[4], arn.split(":", 5)[5].partition("/")
    policy = eventbridge._event_bus_policies.get(name) if kind == "event-bus" else None
    return None if policy is None else (json.dumps(policy), account)


def _show_event_conditions() -> None:
    inner = iam_actions.request_tag_context

    def context(service: str, action: str, body: bytes, parameters: Any) -> dict[str, Any]:
        found: dict[str, Any] = inner(service, action, body, parameters)
        if action != "events:PutEvents":
            return found
        entries = json.loads(body).get("Entries", [])
        keys = {"events:source": "Source", "events:detail-type": "DetailType"}
        return found | {key: [entry.get(member, "") for entry in entries] for key, member in keys.items()}

    iam_actions.request_tag_context = context


def _know_roles_of_sessions() -> None:
    inner = iam_evaluator._resolve_condition_key

    def resolve(key: str, context: Any) -> Any:
        found = inner(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
            return found
        account, role = found.split(":")[4], found.split("/")[1]
        return f"arn:aws:iam::{account}:role/{role}"

    iam_evaluator._resolve_condition_key = resolve


def _need_the_queues_key() -> None:
    inner: Callable[..., Any] = iam_evaluator.enforce

    def enforce(access_key: str, action: str, service: str, region: str, **about: Any) -> Any:
        denied = inner(access_key, action, service, region, **about)
        queue = sqs._queue_by_arn(about["resource_arn"]) if action in KEY_ACTIONS else None
        key = queue["attributes"].get("KmsMasterKeyId") if queue else None
        via = {"kms:ViaService": f"sqs.{region}.amazonaws.com"}
        for needed in KEY_ACTIONS[action] if key else ():
            denied = denied or inner(access_key, needed, "kms", region, resource_arn=key, service_context=via)
        return denied

    iam_evaluator.enforce = enforce


def _heed_simulated_context() -> None:
    simulate, resolve = iam._IAM_HANDLERS["SimulatePrincipalPolicy"], iam_evaluator._resolve_condition_key

    def simulated(parameters: Any) -> Any:
        before = _SIMULATED.set(_context_entries(parameters))
        try:
            return simulate(parameters)
        finally:
            _SIMULATED.reset(before)

    def resolved(key: str, context: Any) -> Any:
        given = _SIMULATED.get()
        return given[key.lower()] if key.lower() in given else resolve(key, context)

    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulated
    iam_evaluator._resolve_condition_key = resolved


def _context_entries(parameters: Any) -> dict[str, str]:
    """The first value of each entry, by its key."""
    begins = takewhile(
        lambda begin: iam._p(parameters, f"{begin}Name"),
        (f"ContextEntries.member.{number}.ContextKey" for number in count(1)),
    )
    return {
        iam._p(parameters, f"{begin}Name").lower(): iam._p(parameters, f"{begin}Values.member.1") for begin in begins
    }
