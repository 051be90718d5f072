"""The loop between a real queue of the emulator and a real function process."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.aws import Aws
from local.event_source.loop import Delivery, EventSource
from local.event_source.rules import Mapped
from local.lambda_runtime import Function
from local.processes import wait_until
from tests.local.conftest import FunctionOf

pytestmark = pytest.mark.xdist_group("emulator")

#: A handler that does what the bodies of its messages say, and reports the failed ones.
OBEDIENT = """
    import json, os, socket, time
    def die_answering(request_id):
        host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
        with socket.create_connection((host, int(port))) as api:
            head = f"POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\\r\\nContent-Length: 90\\r\\n\\r\\n"
            api.sendall(head.encode())
            api.shutdown(socket.SHUT_WR)
            api.recv(1)
        os._exit(1)
    def handler(event, context):
        failed = []
        for record in event["Records"]:
            order = json.loads(record["body"])
            if order.get("crash"): os._exit(1)
            if order.get("die answering"): die_answering(context.aws_request_id)
            if order.get("raise"): raise ValueError(order["raise"])
            time.sleep(order.get("sleep", 0))
            if order.get("fail"): failed.append({"itemIdentifier": order.get("as", record["messageId"])})
        return {"batchItemFailures": failed}
"""


@dataclass
class Bench:
    """A queue with its dead-letter queue, and the deliveries seen so far."""

    sqs: Any
    url: str
    arn: str
    dead_letter_url: str
    deliveries: list[Delivery] = field(default_factory=list)
    running: list[EventSource] = field(default_factory=list)

    def start(self, function: Function, **settings: Any) -> EventSource:
        mapped = Mapped(self.arn, reports_failures=True, **{"maximum_concurrency": 2, **settings})
        self.running.append(EventSource(self.sqs, self.url, mapped, function, wait=1, observe=self.deliveries.append))
        self.running[-1].start()
        return self.running[-1]

    def send(self, *orders: dict[str, Any]) -> list[str]:
        entries = [{"Id": str(n), "MessageBody": json.dumps(order)} for n, order in enumerate(orders)]
        answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        return [entry["MessageId"] for entry in answer["Successful"]]

    def left(self, url: str | None = None) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def give_back_after(self, seconds: int) -> None:
        """Set the visibility time-out, far above what a busy machine needs for a batch that must not come back meanwhile."""
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"VisibilityTimeout": str(seconds)})

    def wait_for(self, *, in_queue: int, in_dead_letter: int) -> None:
        """Wait until the queues hold so many messages, and every batch that was taken has been observed."""

        def settled() -> bool:
            # a message leaves its queue before its batch is observed: ask the queues first
            held = (self.left(), self.left(self.dead_letter_url))
            return held == (in_queue, in_dead_letter) and not any(source._under_way for source in self.running)

        wanted = f"{in_queue} messages in the queue, {in_dead_letter} in the dead-letter queue"
        wait_until(settled, wanted, timeout=120)


@pytest.fixture
def bench(aws: Aws) -> Iterator[Bench]:
    """A queue with a visibility time-out of one second and two receives."""
    sqs = aws.client("sqs")
    name = f"q-{uuid.uuid4().hex[:8]}"
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": redrive}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bench = Bench(sqs, url, arn, dead)
    yield bench
    for source in bench.running:
        source.stop()


def test_messages_are_deleted_after_success_and_only_then(bench: Bench, function_of: FunctionOf) -> None:
    bench.give_back_after(600)
    sent = bench.send(*({} for _ in range(10)))
    bench.start(function_of(OBEDIENT))
    bench.wait_for(in_queue=0, in_dead_letter=0)
    assert sorted(one for d in bench.deliveries for one in d.result.deleted) == sorted(sent)


def test_a_reported_message_comes_back_alone_and_ends_in_the_dead_letter_queue(
    bench: Bench, function_of: FunctionOf
) -> None:
    bench.give_back_after(5)
    good, bad = bench.send({}, {"fail": True})
    bench.start(function_of(OBEDIENT))
    bench.wait_for(in_queue=0, in_dead_letter=1)
    seen = Counter(one for delivery in bench.deliveries for one in delivery.message_ids)
    assert seen == {good: 1, bad: 2}


def test_an_unknown_identifier_keeps_the_whole_batch(bench: Bench, function_of: FunctionOf) -> None:
    bench.send({}, {"fail": True, "as": "nobody"})
    bench.start(function_of(OBEDIENT), maximum_concurrency=1)
    bench.wait_for(in_queue=0, in_dead_letter=2)
    assert not [one for delivery in bench.deliveries for one in delivery.result.deleted]


@pytest.mark.parametrize("poison", [{"crash": True}, {"raise": "x"}, {"sleep": 600}, {"die answering": True}])
def test_whatever_ends_without_an_answer_keeps_the_batch_until_its_receives_are_used_up(
    bench: Bench, function_of: FunctionOf, poison: dict[str, Any]
) -> None:
    bench.send(poison, {})
    bench.start(function_of(OBEDIENT, timeout=0.5), maximum_concurrency=1)
    bench.wait_for(in_queue=0, in_dead_letter=2)
    assert len(bench.deliveries) >= 2
    assert all(delivery.invocation.problem for delivery in bench.deliveries)


def test_no_more_invocations_at_once_than_the_mapping_allows(bench: Bench, function_of: FunctionOf) -> None:
    bench.give_back_after(600)
    bench.send(*({"sleep": 0.1} for _ in range(10)))
    function = function_of(OBEDIENT)
    bench.start(function, batch_size=1, maximum_concurrency=2)
    bench.wait_for(in_queue=0, in_dead_letter=0)
    assert len(bench.deliveries) == 10
    assert function.most_at_once == 2


def test_a_batch_above_ten_is_gathered_within_its_window(bench: Bench, function_of: FunctionOf) -> None:
    bench.send(*({} for _ in range(10)))
    bench.send(*({} for _ in range(10)))
    bench.give_back_after(600)
    bench.start(function_of(OBEDIENT), batch_size=20, window=60, maximum_concurrency=1)
    bench.wait_for(in_queue=0, in_dead_letter=0)
    assert [len(delivery.message_ids) for delivery in bench.deliveries] == [20]


def test_batches_are_as_small_as_the_mapping_says(bench: Bench, function_of: FunctionOf) -> None:
    bench.give_back_after(600)
    bench.send(*({} for _ in range(9)))
    bench.start(function_of(OBEDIENT), batch_size=4)
    bench.wait_for(in_queue=0, in_dead_letter=0)
    assert max(len(delivery.message_ids) for delivery in bench.deliveries) <= 4


def test_what_is_sent_once_open_receives_have_ended_has_the_queues_new_visibility_time_out(
    bench: Bench, function_of: FunctionOf
) -> None:
    bench.give_back_after(600)
    source = bench.start(function_of(OBEDIENT))
    wait_until(lambda: len(source._open) == 2, "both pollers wait for messages")
    bench.give_back_after(1)
    source.await_open_receives()
    bench.send({"fail": True})
    bench.wait_for(in_queue=0, in_dead_letter=1)


def test_stopping_waits_for_the_batch_under_way(bench: Bench, function_of: FunctionOf) -> None:
    bench.give_back_after(600)
    bench.send({"sleep": 0.5})
    function = function_of(OBEDIENT)
    source = bench.start(function)
    wait_until(lambda: function.log.exists() and "platform.start" in function.log.read_text(), "the batch begins")
    source.stop()
    assert len(bench.deliveries) == 1
    assert bench.left() == 0
