"""Peer (b): Powertools' batch processor around the call."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from bench.peers.call import transfer

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def record_handler(record: SQSRecord) -> None:
    """Carry out one message; an exception returns it to the queue."""
    transfer(record.json_body)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Carry out a batch; return the messages that failed."""
    return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
