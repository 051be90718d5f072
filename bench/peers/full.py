"""Peer (c): the usual full stack: logger, metrics, batch processor, pydantic parser and the idempotency utility."""

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser import BaseModel, parse

from bench.peers.call import transfer

logger = Logger(service="peer")
metrics = Metrics(namespace="Peer", service="peer")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(event_key_jmespath="contactId", expires_after_seconds=3600)


class Request(BaseModel):
    """A validated request."""

    instanceId: str  # noqa: N815 - the request's own name
    contactId: str  # noqa: N815 - as above
    contactFlowId: str  # noqa: N815 - as above
    queueId: str  # noqa: N815 - as above


@idempotent_function(  # type: ignore[untyped-decorator]  # Powertools does not type it
    data_keyword_argument="request", persistence_store=persistence, config=config
)
def once(request: dict[str, Any]) -> dict[str, Any]:
    """Transfer a contact at most once an hour; return the new contact's id. ``request``: the body of a message."""
    return transfer(request)


def record_handler(record: SQSRecord) -> None:
    """Carry out one message; an exception returns it to the queue."""
    request = parse(event=record.json_body, model=Request)
    done = once(request=request.model_dump())
    metrics.add_metric(name="Transferred", unit=MetricUnit.Count, value=1)
    logger.info("transferred", extra={"contact_id": request.contactId, "new_contact_id": done["contactId"]})


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> Any:
    """Carry out a batch; return the messages that failed."""
    config.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
