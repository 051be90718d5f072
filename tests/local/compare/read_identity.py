"""Reads keys, roles and their policies back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.aws import Aws

Properties = Mapping[str, Any]


def _key(aws: Aws, key_id: str, wanted: Properties) -> dict[str, Any]:
    del wanted
    kms = aws.client("kms")
    found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return {
        "Description": found.get("Description"),
        "Enabled": found["Enabled"],
        "EnableKeyRotation": kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
        "KeyPolicy": json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
        "KeySpec": found.get("KeySpec"),
        "KeyUsage": found.get("KeyUsage"),
        "MultiRegion": found.get("MultiRegion"),
    }


def _alias(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    aliases = aws.client("kms").list_aliases()["Aliases"]
    found: dict[str, Any] = next((a for a in aliases if a["AliasName"] == name), {})
    target = str(found.get("TargetKeyId", ""))
    same = bool(target) and target == str(wanted["TargetKeyId"]).rsplit("/", 1)[-1]
    return {"AliasName": found.get("AliasName"), "TargetKeyId": wanted["TargetKeyId"] if same else target}


def _role(aws: Aws, name: str, wanted: Properties) -> dict[str, Any]:
    iam = aws.client("iam")
    names = [one["PolicyName"] for one in wanted.get("Policies", [])]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {
        **iam.get_role(RoleName=name)["Role"],
        "ManagedPolicyArns": [one["PolicyArn"] for one in attached],
        "Policies": [
            {"PolicyName": one, "PolicyDocument": iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"]}
            for one in names
        ],
    }


def _policy(aws: Aws, physical_id: str, wanted: Properties) -> dict[str, Any]:
    del physical_id
    name, roles = wanted["PolicyName"], wanted.get("Roles", [])
    found = [aws.client("iam").get_role_policy(RoleName=role, PolicyName=name) for role in roles]
    return {
        "PolicyName": name,
        "Roles": [one["RoleName"] for one in found],
        "PolicyDocument": found[-1]["PolicyDocument"],
    }


READERS = {
    "AWS::IAM::Policy": _policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Alias": _alias,
    "AWS::KMS::Key": _key,
}
