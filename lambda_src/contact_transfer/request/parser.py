"""From the fields of a body to a ``TransferRequest``: checked once, where it enters, and believed from there on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from contact_transfer.request import fields
from contact_transfer.request.arn import InstanceArn, is_arn, parse_instance
from contact_transfer.request.field_types import NOUNS, Id, is_id, one_spelling
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.source import Source
from contact_transfer.transfer import rules
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.outcome import Failed


class Rules(Protocol):
    """What a deployment decides about requests; ``settings.Settings`` is one."""

    @property
    def instance_arns(self) -> tuple[str, ...]:
        """The instances that the deployment serves; never empty."""

    @property
    def allowed_contact_flow_ids(self) -> frozenset[str]:
        """Flows that may be used; empty: all."""

    @property
    def allowed_queue_ids(self) -> frozenset[str]:
        """Queues that may be a destination; empty: all."""

    @property
    def allowed_user_ids(self) -> frozenset[str]:
        """Agents that may be a destination; empty: all."""

    @property
    def routes(self) -> Collection[str]:
        """The names of the configured routes."""


class Refused(Exception):
    """The request can never be carried out as written. ``known`` holds what could be read of it, by field name.

    ``request``: all of it, where only the deployment's present settings refuse it. Under earlier ones it may have been begun.
    """

    def __init__(self, failed: Failed, known: Mapping[str, Any], request: TransferRequest | None = None) -> None:
        super().__init__(failed.message)
        self.failed = failed
        self.known = known
        self.request = request


def read_request(
    given: Mapping[str, Any], settings: Rules, source: Source = Source.QUEUE, now: float | None = None
) -> TransferRequest:
    """Check the fields of a request and reduce its ARNs to ids.

    Args:
        given: the fields as they were sent.
        settings: what the deployment allows.
        source: where they came from.
        now: epoch seconds; None: how far ahead ``notBefore`` is does not matter.

    Raises:
        Refused: the request can never be carried out as written.
    """
    return _Reading(given, settings).request(source, now)


class _Reading:
    def __init__(self, given: Mapping[str, Any], settings: Rules) -> None:
        self._given = given
        self._settings = settings
        self._instances = [parse_instance(text) for text in settings.instance_arns]
        self._found: dict[str, str | None] = {}  # ids that are reported in place of what was given; None: nothing is

    def request(self, source: Source, now: float | None) -> TransferRequest:
        self._refuse(refusal_of_fields(self._problems()))
        self._refuse(rules.check_destination(self._given.get("queueId"), self._given.get("userId")))
        instance = self._instance()
        ids = self._ids(instance)
        request = self._built(instance, ids, source)
        self._refuse(rules.check_not_before(request.not_before, request.expires_at, now))
        if refused := self._not_here(request):
            raise Refused(refused, request.public(), request)
        return request

    def _problems(self) -> list[str]:
        found = fields.problems(self._given)
        if found and not fields.FIELDS.keys() & self._given.keys():
            from contact_transfer.request import unrelated  # noqa: PLC0415 - the start does not pay for it

            hint = unrelated.object_hint(self._given)
            return [hint] if hint else found
        return found

    def _not_here(self, request: TransferRequest) -> Failed | None:
        """What this deployment's settings have against the request."""
        if request.route is not None and request.route not in self._settings.routes:
            return refusal_of_fields(["route names no route of this deployment"])
        lists = (self._settings.allowed_queue_ids, self._settings.allowed_user_ids)
        return rules.check_flow_allowed(
            request.contact_flow_id, self._settings.allowed_contact_flow_ids
        ) or rules.check_destination_allowed(request.queue_id, request.user_id, *lists)

    def _tellable(self) -> dict[str, Any]:
        """What may be reported of a request that is not understood yet: fields that are right by themselves, ARNs as ids."""
        known = {}
        for name, value in self._given.items():
            field = fields.FIELDS.get(name)
            if field is None or not field.events or fields.problem(name, value) is not None:
                continue
            read = field.type.read(value)
            shown = self._reduced(field.type.kind, read) if isinstance(field.type, Id) else field.type.tell(read)
            if shown is not None:
                known[name] = shown
        return known

    def _known(self) -> dict[str, Any]:
        """What may be reported of a request that is refused, as far as it has been understood."""
        return {name: value for name, value in (self._tellable() | self._found).items() if value is not None}

    def _reduced(self, kind: str, text: str) -> str | None:
        """``text`` if it is an id; the id in an ARN of one of the deployment's instances, or of something in it; otherwise None."""
        if not is_arn(text):
            return text if is_id(text) else None
        given = one_spelling(str(self._given.get("instanceId")))
        named = [instance for instance in self._instances if given in (instance.instance_id, instance.text)]
        found = (instance.resource_id(kind, text) for instance in named or self._instances)
        return next((reduced for reduced in found if reduced and is_id(reduced)), None)

    def _built(self, instance: InstanceArn, ids: Mapping[str, str], source: Source) -> TransferRequest:
        read: dict[str, Any] = {
            field.attribute: field.type.read(self._given[name])
            for name, field in fields.FIELDS.items()
            if name in self._given
        }
        read |= {fields.FIELDS[name].attribute: text for name, text in ids.items()}
        read["instance_id"] = instance.instance_id
        return TransferRequest(**read, source=source)

    def _refuse(self, failed: Failed | None) -> None:
        if failed is not None:
            raise Refused(failed, self._known())

    def _instance(self) -> InstanceArn:
        try:
            instance = served_instance(self._given.get("instanceId"), self._instances)
        except Refused as refused:
            raise Refused(refused.failed, self._known()) from None
        self._found["instanceId"] = instance.instance_id
        return instance

    def _ids(self, instance: InstanceArn) -> dict[str, str]:
        ids, wrong = {}, []
        for name, field in fields.FIELDS.items():
            if not isinstance(field.type, Id) or name == "instanceId" or name not in self._given:
                continue
            text = field.type.read(self._given[name])
            reduced = instance.resource_id(field.type.kind, text) if is_arn(text) else text
            if reduced is not None and is_id(reduced):
                ids[name] = reduced
            else:
                self._found[name] = None
                noun = NOUNS[field.type.kind]
                wrong.append(f"{name} is neither an id nor the ARN of {noun} of instance {instance.instance_id}")
        self._found.update(ids)
        self._refuse(refusal_of_fields(wrong))
        return ids


def served_instance(given: str | None, served: Sequence[InstanceArn]) -> InstanceArn:
    """The instance that is named by id or ARN; the only one that is served, if none is named. Raise ``Refused``."""
    if given is None and len(served) == 1:
        return served[0]
    if given is None:
        why = "instanceId is missing; this deployment serves several instances."
        raise Refused(Failed(FailureCode.INVALID_FIELD, why), {})
    for instance in served:
        if one_spelling(given) in {instance.instance_id, instance.text}:
            return instance
    why = "instanceId names an instance that this deployment does not serve."
    raise Refused(Failed(FailureCode.INSTANCE_NOT_ALLOWED, why), {})


def refusal_of_fields(found: list[str]) -> Failed | None:
    """The failure of fields with the problems ``found``, each a clause that begins with the field's name; None when there is none."""
    return Failed(FailureCode.INVALID_FIELD, "; ".join(found).rstrip(".") + ".") if found else None
