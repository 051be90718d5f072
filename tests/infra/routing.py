"""Deployments with one route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.model import DeploymentSettings

from .conftest import INSTANCE, Assembly

Synthesize = Callable[[str, Mapping[str, Any]], Assembly]


QUEUED = {"eventType": ["QUEUED"]}
WHEN = {"detail-type": ["Amazon Connect Contact Event"], "detail": QUEUED}
TRANSFER = {"contactFlowId": "flow-1", "queueId": "queue-1"}
RULES = {"detail-type": ["Contact Lens Post Call Rules Matched"], "detail": {"actionName": ["ESCALATE"]}}


def settings(name: str = "test", /, **content: Any) -> DeploymentSettings:
    return parse(name, {"instanceArns": [INSTANCE], **content})


def refusal(name: str = "test", /, **content: Any) -> str:
    with pytest.raises(DeploymentError) as caught:
        settings(name, **content)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def night_route(**changes: Any) -> dict[str, Any]:
    return {"name": "night", "when": WHEN, "transfer": TRANSFER} | changes
