"""What a user would write instead of the service, on the same virtual AWS: Powertools' batch processor, without and with its idempotency.

The code is Powertools' own. Its clock is turned to the run's, which is all that is changed in it. The SDK's settings are its
defaults (standard mode, three attempts, 60 s to read); the queue sends a message to the dead-letter queue after five receives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.persistence import base, datarecord, dynamodb

from local.virtual import Context, Handler, Kit, Patience
from tests.simulation.peer_table import PeerDynamoDb
from tests.simulation.subject import Silent

#: The SDK's defaults.
PATIENCE = Patience(60.0, 3)
MAXIMUM_RECEIVES = 5
_NAMES = {"contactId": "ContactId", "contactFlowId": "ContactFlowId", "queueId": "QueueId", "userId": "UserId"}
_TABLE_KEY = "id"

Transfer = Callable[[Mapping[str, Any]], dict[str, Any]]


def plain(_environment: dict[str, str], _telemetry: Silent) -> Callable[[Kit], Handler]:
    """Powertools' batch processor around the call."""
    return lambda kit: _handler(_transfer(kit), None)


def idempotent(_environment: dict[str, str], _telemetry: Silent) -> Callable[[Kit], Handler]:
    """The same with Powertools' idempotency utility around the call, keyed by the whole request, for an hour (its default)."""

    def make(kit: Kit) -> Handler:
        config = IdempotencyConfig()
        client: Any = PeerDynamoDb(kit.aws["dynamodb"])
        store = DynamoDBPersistenceLayer(table_name="idempotency", key_attr=_TABLE_KEY, boto3_client=client)
        call = _transfer(kit)

        def transfer(request: Mapping[str, Any]) -> dict[str, Any]:
            return call(request)

        once: Any = idempotent_function(
            transfer, data_keyword_argument="request", persistence_store=store, config=config
        )
        return _handler(lambda request: dict(once(request=request)), config)

    return make


def _transfer(kit: Kit) -> Transfer:
    instance = "3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"

    def transfer(request: Mapping[str, Any]) -> dict[str, Any]:
        asked = {ours: request[name] for name, ours in _NAMES.items() if name in request}
        # what botocore does with a token that is left out: one for each call, the same over its own attempts
        answer = kit.aws["connect"].transfer_contact(InstanceId=instance, ClientToken=kit.new_id(), **asked)
        return {"contactId": answer["ContactId"]}

    return transfer


def _handler(transfer: Transfer, config: IdempotencyConfig | None) -> Handler:
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def record_handler(record: SQSRecord) -> None:
        body = record.json_body
        transfer(body.get("detail", body))

    def handler(event: dict[str, Any], context: Context) -> Any:
        if config is not None:
            config.register_lambda_context(context)  # type: ignore[arg-type]  # as much of a context as Powertools reads
        context_: Any = context
        return process_partial_response(
            event=event, record_handler=record_handler, processor=processor, context=context_
        )

    return handler


@contextmanager
def clock(now: Callable[[], float]) -> Iterator[None]:
    """Turn the clock of Powertools' idempotency utility to ``now``."""
    turned = SimpleNamespace(
        datetime=SimpleNamespace(now=lambda: dt.datetime.fromtimestamp(now(), dt.UTC)),
        timedelta=dt.timedelta,
        date=dt.date,
        time=dt.time,
    )
    modules: tuple[Any, ...] = (base, datarecord, dynamodb)
    try:
        for module in modules:
            module.dt = turned
        yield
    finally:
        for module in modules:
            module.dt = dt
