"""A deployment as a user writes it: two instances of a real account and Region, lists, and a route of its own."""

from __future__ import annotations

from typing import Any

PLACE = "arn:aws:connect:eu-central-1:123456789012:instance"
FIRST = f"{PLACE}/11111111-2222-4333-8444-555555555555"
SECOND = f"{PLACE}/66666666-2222-4333-8444-555555555555"
FLOW, QUEUE, AGENT = (f"{letter}0000000-2222-4333-8444-555555555555" for letter in "abc")
SECOND_FLOW, SECOND_QUEUE = (f"{letter}0000000-2222-4333-8444-555555555555" for letter in "de")

TWO_INSTANCES: dict[str, Any] = {
    "instanceArns": [FIRST, SECOND],
    "allowedContactFlowIds": [FLOW, f"{SECOND}/contact-flow/{SECOND_FLOW}"],
    "allowedQueueIds": [QUEUE, f"{SECOND}/queue/{SECOND_QUEUE}"],
    "allowedUserIds": [f"{FIRST}/agent/{AGENT}"],
    "routes": [
        {
            "name": "waiting",
            "when": {
                "detail-type": ["Amazon Connect Contact Event"],
                "detail": {
                    "instanceArn": [SECOND],
                    "eventType": ["QUEUED"],
                    "channel": ["TASK"],
                    "queueInfo": {"queueArn": [{"suffix": "/overflow"}]},
                },
            },
            "transfer": {"contactFlowId": SECOND_FLOW, "queueId": SECOND_QUEUE},
        }
    ],
}
