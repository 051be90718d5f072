"""Deployments side by side: what is unsafe is named at synthesis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contact_transfer_cdk.settings.deployment import load
from contact_transfer_cdk.settings.siblings import siblings, warnings

from .conftest import INSTANCE, OTHER


def _warned(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    for name, content in (("first", first), ("second", second)):
        (folder / f"{name}.json").write_text(json.dumps({"instanceArns": [INSTANCE], **content}))
    (folder / "broken.json").write_text("{")
    settings = load("first", folder)
    return list(warnings(settings, siblings(settings, folder)))


def test_a_common_channel_on_a_common_instance_is_named(tmp_path: Path) -> None:
    [said] = _warned(tmp_path, {"quotaShare": 0.5}, {"quotaShare": 0.5, "allowedChannels": ["TASK"]})
    assert said.startswith("deployments 'first' and 'second' both transfer TASK contacts of instance 3f1c2b9e-")


def test_shares_that_add_up_to_more_than_the_quota_are_named(tmp_path: Path) -> None:
    [said] = _warned(tmp_path, {"instanceArns": [OTHER]}, {"quotaShare": 0.5})
    assert "draw on the quotas of account 000000000000 in us-east-1, and their 'quotaShare' add up to 1.5" in said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"quotaShare": 0.5, "allowedChannels": ["TASK"]}, {"quotaShare": 0.5, "allowedChannels": ["EMAIL"]}),
        ({"quotaShare": 0.25}, {"quotaShare": 0.75, "instanceArns": [OTHER]}),
        ({}, {"instanceArns": [INSTANCE.replace("us-east-1", "eu-west-1")]}),
    ],
)
def test_what_is_safe_is_not_named(tmp_path: Path, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert _warned(tmp_path, first, second) == []
