"""Settings of a deployment, parsed or refused."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.sizing import Sizing

ARN = "arn:aws:connect:eu-central-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
SECOND = "arn:aws:connect:eu-central-1:123456789012:instance/66666666-2222-4333-8444-555555555555"


def settings(sizing: Sizing | None = None, **content: Any) -> DeploymentSettings:
    return parse("test", {"instanceArns": [ARN], **content}, sizing)


def refusal(sizing: Sizing | None = None, **content: Any) -> str:
    with pytest.raises(DeploymentError) as caught:
        settings(sizing, **content)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text
