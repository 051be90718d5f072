"""A transfer request: checked once, where it enters, and believed from there on."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from contact_transfer.request import fields, identity
from contact_transfer.request.arn import InstanceArn, is_arn, parse_instance
from contact_transfer.transfer import rules
from contact_transfer.transfer.outcome import Failed, FailureCode


class Rules(Protocol):
    """What a deployment decides about requests; ``settings.Settings`` is one."""

    @property
    def instance_arns(self) -> tuple[str, ...]: ...
    @property
    def allowed_contact_flow_ids(self) -> frozenset[str]: ...
    @property
    def allowed_queue_ids(self) -> frozenset[str]: ...
    @property
    def allowed_user_ids(self) -> frozenset[str]: ...
    @property
    def routes(self) -> Collection[str]: ...


class Refused(Exception):
    """The request can never be carried out as written. ``known`` holds what could be read of it, by field name.

    ``request``: all of it, where only the deployment's present settings refuse it. Under earlier ones it may have been begun.
    """

    def __init__(self, failed: Failed, known: Mapping[str, str], request: TransferRequest | None = None) -> None:
        super().__init__(failed.message)
        self.failed = failed
        self.known = known
        self.request = request


@dataclass(frozen=True)
class TransferRequest:
    """One request, all ids reduced from ARNs. Times in epoch seconds. Never both ``queue_id`` and ``user_id``.

    ``asked_at``: when its message was sent; no part of the request itself.
    """

    instance_id: str
    contact_id: str
    contact_flow_id: str
    queue_id: str | None = None
    user_id: str | None = None
    request_id: str | None = None
    expires_at: float | None = None
    reason: str | None = None
    route: str | None = None
    door: str = "queue"
    asked_at: float | None = dataclasses.field(default=None, compare=False)

    @cached_property
    def name(self) -> str:
        """What this request is called in the ledger, the events and the logs."""
        if self.request_id is not None:
            return identity.request_name(self.instance_id, self.request_id)
        return identity.transfer_name(self.instance_id, *self._parameters)

    @cached_property
    def fingerprint(self) -> str:
        return identity.fingerprint(self.instance_id, *self._parameters)

    @cached_property
    def entry(self) -> str:
        """Under which the ledger keeps what it knows of this request and no other."""
        return self.name if self.request_id is None else identity.entry(self.name, self.fingerprint)

    @cached_property
    def client_token(self) -> str:
        return identity.client_token(self.name, *self._parameters)

    @property
    def _parameters(self) -> tuple[str, str, str | None, str | None]:
        return (self.contact_id, self.contact_flow_id, self.queue_id, self.user_id)

    def public(self) -> dict[str, str]:
        """The fields that outcome events carry, by their public names; absent ones are left out."""
        given = {
            "requestName": self.name,
            "instanceId": self.instance_id,
            "contactId": self.contact_id,
            "contactFlowId": self.contact_flow_id,
            "queueId": self.queue_id,
            "userId": self.user_id,
            "requestId": self.request_id,
            "reason": self.reason,
            "route": self.route,
        }
        return {name: value for name, value in given.items() if value is not None}


def read_request(given: Mapping[str, Any], settings: Rules, door: str = "queue") -> TransferRequest:
    """Check the fields of a request and reduce its ARNs. Raise ``Refused`` with the code, the sentence and what was read."""
    return _Reading(given, settings).request(door)


_PUBLIC = [name for name in fields.FIELDS if name != "expiresAt"]
_WORDS = ("requestId", "reason")
_NO_ROUTE = "route names no route of this deployment"


class _Reading:
    def __init__(self, given: Mapping[str, Any], settings: Rules) -> None:
        self._given = given
        self._settings = settings
        self._instances = [parse_instance(text) for text in settings.instance_arns]
        self._known = self._tellable()

    def request(self, door: str) -> TransferRequest:
        self._refuse(_invalid(fields.problems(self._given)))
        self._refuse(rules.one_destination(self._given.get("queueId"), self._given.get("userId")))
        instance = self._instance()
        ids = self._ids(instance)
        self._refuse(self._no_route_at_all())
        request = self._built(instance, ids, door)
        if unfit := self._not_here(request):
            raise Refused(unfit, request.public(), request)
        return request

    def _not_here(self, request: TransferRequest) -> Failed | None:
        """What this deployment's settings have against the request."""
        if request.route is not None and request.route not in self._settings.routes:
            return _invalid([_NO_ROUTE])
        lists = (self._settings.allowed_queue_ids, self._settings.allowed_user_ids)
        return rules.allowed_flow(
            request.contact_flow_id, self._settings.allowed_contact_flow_ids
        ) or rules.allowed_destination(request.queue_id, request.user_id, *lists)

    def _no_route_at_all(self) -> Failed | None:
        route = self._given.get("route")
        return None if route is None or fields.is_id(route) else _invalid([_NO_ROUTE])

    def _tellable(self) -> dict[str, str]:
        """What may be told of a request that is not understood yet: ids, ARNs as ids, and the two fields that are the producer's words."""
        told = {}
        for name, text in fields.readable(self._given, _PUBLIC).items():
            reduced = text if name in _WORDS else self._reduced(fields.FIELDS[name].kind, text)
            if reduced is not None and (name in _WORDS or fields.is_id(reduced)):
                told[name] = reduced
        return told

    def _reduced(self, kind: str | None, text: str) -> str | None:
        """The id in an ARN of one of the deployment's instances, or of something in it; None for every other ARN."""
        if not is_arn(text):
            return text
        given = self._given.get("instanceId")
        named = [instance for instance in self._instances if given in (instance.instance_id, instance.text)]
        found = (instance.resource_id(kind or "", text) for instance in named or self._instances)
        return next((reduced for reduced in found if reduced), None)

    def _built(self, instance: InstanceArn, ids: Mapping[str, str], door: str) -> TransferRequest:
        expires_at = self._given.get("expiresAt")
        return TransferRequest(
            instance_id=instance.instance_id,
            contact_id=ids["contactId"],
            contact_flow_id=ids["contactFlowId"],
            queue_id=ids.get("queueId"),
            user_id=ids.get("userId"),
            request_id=self._given.get("requestId"),
            expires_at=None if expires_at is None else fields.instant(expires_at),
            reason=self._given.get("reason"),
            route=self._given.get("route"),
            door=door,
        )

    def _refuse(self, failed: Failed | None) -> None:
        if failed is not None:
            raise Refused(failed, self._known)

    def _instance(self) -> InstanceArn:
        given = self._given.get("instanceId")
        if given is None:
            if len(self._instances) > 1:
                self._refuse(_invalid(["instanceId is missing; this deployment serves several instances"]))
            self._known["instanceId"] = self._instances[0].instance_id
            return self._instances[0]
        for instance in self._instances:
            if given in {instance.instance_id, instance.text}:
                self._known["instanceId"] = instance.instance_id
                return instance
        raise Refused(
            Failed(
                FailureCode.INSTANCE_NOT_ALLOWED, "instanceId names an instance that this deployment does not serve."
            ),
            self._known,
        )

    def _ids(self, instance: InstanceArn) -> dict[str, str]:
        ids, wrong = {}, []
        for name, field in fields.FIELDS.items():
            if field.kind is None or name == "instanceId" or name not in self._given:
                continue
            text: str = self._given[name]
            reduced = instance.resource_id(field.kind, text) if is_arn(text) else text
            if reduced is not None and fields.is_id(reduced):
                ids[name] = reduced
            else:
                self._known.pop(name, None)
                wrong.append(
                    f"{name} is neither an id nor the ARN of a {field.kind} of instance {instance.instance_id}"
                )
        self._known.update(ids)
        self._refuse(_invalid(wrong))
        return ids


def _invalid(found: list[str]) -> Failed | None:
    return Failed(FailureCode.INVALID_FIELD, "; ".join(found) + ".") if found else None
