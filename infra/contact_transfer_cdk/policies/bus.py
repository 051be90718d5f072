"""Who may put events on the deployment's bus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contact_transfer.messaging.event_bus import SOURCE
from contact_transfer.request.event_types import CANCEL_REQUESTED, REQUESTED
from contact_transfer_cdk.service.rules import bus_arn
from contact_transfer_cdk.settings.model import DeploymentSettings

Statement = dict[str, Any]


def bus_policy(settings: DeploymentSettings, role_arns: Sequence[str]) -> dict[str, Any]:
    """Nobody but these roles speaks as the service; named producers may ask for transfers, cancel them, and nothing else."""
    statements = [_outcomes(settings, role_arns)]
    if settings.producer_principals:
        statements.append(_requests(settings))
    return {"Version": "2012-10-17", "Statement": statements}


def _outcomes(settings: DeploymentSettings, role_arns: Sequence[str]) -> Statement:
    return {
        "Sid": "OutcomesFromTheServiceAlone",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": bus_arn(settings),
        "Condition": {
            # The key holds the sources of all entries of a call: one of them is enough for the refusal.
            "ForAnyValue:StringEquals": {"events:source": SOURCE},
            "ArnNotEquals": {"aws:PrincipalArn": list(role_arns)},
        },
    }


def _requests(settings: DeploymentSettings) -> Statement:
    return {
        "Sid": "RequestsFromProducers",
        "Effect": "Allow",
        "Principal": {"AWS": [_principal_arn(settings, name) for name in settings.producer_principals]},
        "Action": "events:PutEvents",
        "Resource": bus_arn(settings),
        # One or more entries, all of these types. (Assumed: the key holds the types of all entries of a call.)
        "Condition": {
            "ForAllValues:StringEquals": {"events:detail-type": [REQUESTED, CANCEL_REQUESTED]},
            "Null": {"events:detail-type": "false"},
        },
    }


def _principal_arn(settings: DeploymentSettings, name: str) -> str:
    return f"arn:{settings.place.partition}:iam::{name}:root" if name.isdigit() else name
