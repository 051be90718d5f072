"""What the world does when a call arrives: it answers, and is another world then."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from contact_transfer.messaging.sqs_record import MOVED_FROM
from local.virtual.cloud import DEAD_LETTER_QUEUE_URL, QUEUE_URL, URGENT_QUEUE_URL
from local.virtual.dynamodb import Table
from tests.exploration.connect import Answered, Place
from tests.exploration.values import Announced, Message, Row, World
from tests.exploration.wire import Call

LANES = {QUEUE_URL: "transfers", URGENT_QUEUE_URL: "urgent"}
#: Beyond these receives a message comes only as late as in a backlog, so that few deliveries reach every deadline; one after the other.
_PROMPT_RECEIVES = 2
_BACKLOG_SECONDS = 900.0
_EVENT = "Contact Transfer "


class Aws:
    """AWS around the explored worker. ``place``: Amazon Connect."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._acts: Mapping[str, Callable[[World, Call, str], tuple[World, Answered]]] = {
            "GetItem": self._item,
            "PutItem": self._item,
            "PutEvents": self._events,
            "SendMessage": self._send,
            "ChangeMessageVisibilityBatch": self._postpone,
            "GetQueueAttributes": self._attributes,
        }

    def arrive(self, world: World, call: Call, sender: str) -> tuple[World, Answered]:
        """Let a call take effect. ``sender``: the message that its worker works on."""
        if call.service == "connect":
            effects, answered = self._place.ask(world.effects, world.now, call)
            return world._replace(effects=effects), answered
        return self._acts[call.operation](world, call, sender)

    @staticmethod
    def _item(world: World, call: Call, _sender: str) -> tuple[World, Answered]:
        table, rows = Table(), dict(world.items)
        table.items = {key: row.item for key, row in rows.items()}
        if call.operation == "GetItem":
            found = rows.get(call.asked["Key"]["pk"]["S"])
            return world, Answered(("GetItem", found), table.get_item(call.asked))
        key = call.asked["Item"]["pk"]["S"]
        try:
            value = table.put_item(call.asked)
        except ClientError as error:
            return world, Answered(("refused", rows.get(key)), error)
        rows[key] = Row(call.asked["Item"])
        return world._replace(items=tuple(sorted(rows.items()))), Answered("written", value)

    @staticmethod
    def _events(world: World, call: Call, sender: str) -> tuple[World, Answered]:
        announced = set(world.announced)
        for entry in call.asked["Entries"]:
            detail = json.loads(entry["Detail"])
            code = detail.get("failureCode") or detail.get("skipReason") or ""
            origin = detail.get("originalMessageId") or world.message(sender).origin
            kind = entry["DetailType"].removeprefix(_EVENT)
            new, is_inferred = detail.get("newContactId") or "", detail.get("attribution") == "inferred"
            announced.add(Announced(origin, kind, code, new, is_inferred))
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "event"} for _ in call.asked["Entries"]]}
        return world._replace(announced=frozenset(announced)), Answered("published", answer)

    @staticmethod
    def _send(world: World, call: Call, _sender: str) -> tuple[World, Answered]:
        text = {name: value.get("StringValue", "") for name, value in call.asked["MessageAttributes"].items()}
        if call.asked["QueueUrl"] == DEAD_LETTER_QUEUE_URL:
            parked = world.parked | {(text.get("OriginalMessageId", ""), text.get("FailureCode", ""))}
            return world._replace(parked=parked), Answered("sent", {"MessageId": "parked"})
        number = f"message-{len(world.messages) + 1}"
        sent = Message(
            number,
            text.get(MOVED_FROM, number),
            LANES[call.asked["QueueUrl"]],
            call.asked["MessageBody"],
            world.now,
            tuple(sorted(text.items())),
        )
        return world._replace(messages=(*world.messages, sent)), Answered("sent", {"MessageId": number})

    @staticmethod
    def _postpone(world: World, call: Call, _sender: str) -> tuple[World, Answered]:
        for entry in call.asked["Entries"]:
            message = world.message(entry["ReceiptHandle"].rpartition("/")[0])
            seconds = float(entry["VisibilityTimeout"])
            if message.receives > _PROMPT_RECEIVES:
                seconds = max(seconds, _BACKLOG_SECONDS + world.messages.index(message))
            if not message.deleted and message.hidden_until > world.now:
                world = world.with_message(message._replace(hidden_until=world.now + seconds))
        return world, Answered("postponed", {"Successful": [], "Failed": []})

    @staticmethod
    def _attributes(world: World, call: Call, _sender: str) -> tuple[World, Answered]:
        there = [one for one in world.messages if one.lane == LANES[call.asked["QueueUrl"]] and not one.deleted]
        hidden = sum(one.hidden_until > world.now for one in there)
        counts = {"": len(there) - hidden, "NotVisible": hidden}
        answer = {"Attributes": {f"ApproximateNumberOfMessages{name}": str(count) for name, count in counts.items()}}
        return world, Answered((hidden, len(there)), answer)
