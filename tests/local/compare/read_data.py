"""Reads tables and log groups back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.aws import Aws

Properties = Mapping[str, Any]


def _global_table(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    sse = table.get("SSEDescription", {})
    key = sse.get("KMSMasterKeyArn")
    replicas = [
        {
            "Region": replica["Region"],
            "PointInTimeRecoverySpecification": _recovery(dynamodb, name),
            "SSESpecification": {"KMSMasterKeyId": key and _like(_wanted_key(replica), key)},
            "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
            "TableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        }
        for replica in wanted.get("Replicas", [])
    ]
    return {
        **table,
        "BillingMode": table.get("BillingModeSummary", {}).get("BillingMode"),
        "Replicas": replicas,
        "SSESpecification": {"SSEEnabled": sse.get("Status") == "ENABLED", "SSEType": sse.get("SSEType")},
        "TimeToLiveSpecification": _time_to_live(dynamodb, name),
    }


def _table(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    sse = table.get("SSEDescription", {})
    key = sse.get("KMSMasterKeyArn", "")
    wanted_key = str(wanted.get("SSESpecification", {}).get("KMSMasterKeyId", ""))
    return {
        **table,
        "BillingMode": table.get("BillingModeSummary", {}).get("BillingMode"),
        "PointInTimeRecoverySpecification": _recovery(dynamodb, name),
        "SSESpecification": {
            "KMSMasterKeyId": _like(wanted_key, key),
            "SSEEnabled": sse.get("Status") == "ENABLED",
            "SSEType": sse.get("SSEType"),
        },
        "TimeToLiveSpecification": _time_to_live(dynamodb, name),
    }


def _recovery(dynamodb: Any, name: str) -> dict[str, Any]:
    answer = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    point_in_time = answer.get("PointInTimeRecoveryDescription", {})
    return {
        "PointInTimeRecoveryEnabled": point_in_time.get("PointInTimeRecoveryStatus") == "ENABLED",
        "RecoveryPeriodInDays": point_in_time.get("RecoveryPeriodInDays"),
    }


def _time_to_live(dynamodb: Any, name: str) -> dict[str, Any]:
    found = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    enabled = found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return {"AttributeName": found.get("AttributeName"), "Enabled": enabled}


def _wanted_key(replica: Mapping[str, Any]) -> str:
    return str(replica.get("SSESpecification", {}).get("KMSMasterKeyId", ""))


def _like(wanted: str, arn: str) -> str:
    """A key may be named by ARN or by id: answer in the template's way."""
    return arn if wanted.startswith("arn:") else arn.rsplit("/", 1)[-1]


def _log_group(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next((group for group in groups if group["logGroupName"] == name), None)
    if found is None:
        raise LookupError(f"no log group {name}")
    return {
        "LogGroupName": name,
        "RetentionInDays": found.get("retentionInDays"),
        "KmsKeyId": found.get("kmsKeyId"),
        "LogGroupClass": found.get("logGroupClass"),
    }


READERS = {
    "AWS::DynamoDB::GlobalTable": _global_table,
    "AWS::DynamoDB::Table": _table,
    "AWS::Logs::LogGroup": _log_group,
}
