"""A deployment file that names a probe file is checked against what was observed there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import load

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/5f0c7e5e-3d0f-4b57-9f2e-0f6d5a9b1c11"
OBSERVED: dict[str, Any] = {
    "version": 1,
    "instanceArn": ARN,
    "endedAt": "2026-11-01T00:00:00Z",
    "showsWithinSeconds": 0.8,
    "settings": {"settleMinutes": 15, "whenInDoubt": "repeat"},
}


def loaded(folder: Path, observed: dict[str, Any] | str | None, **settings: Any) -> Any:
    if observed is not None:
        text = observed if isinstance(observed, str) else json.dumps(observed)
        (folder / "probe.json").write_text(text, "utf-8")
    content = {"instanceArns": [ARN], "probeFile": "probe.json", **settings}
    (folder / "live.json").write_text(json.dumps(content), "utf-8")
    return load("live", folder)


def test_settings_that_go_with_what_was_observed_are_taken(tmp_path: Path) -> None:
    assert loaded(tmp_path, OBSERVED).probe_file == str(tmp_path / "probe.json")


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        ({"showsWithinSeconds": 900.0}, {}, "live.json: 'settleMinutes' is 15, and Amazon Connect took 900 s"),
        ({"showsWithinSeconds": 900.0}, {"settleMinutes": 15.9}, "make it at least 16."),
        ({"settings": {"whenInDoubt": "wait"}}, {}, "'whenInDoubt' is \"repeat\""),
        ({"instanceArn": ARN.replace("5f0c", "6f0c")}, {}, "which is not among 'instanceArns'"),
        ({"version": 2}, {}, "no probe file of this version"),
    ],
)
def test_settings_that_do_not_are_refused_with_a_sentence(
    tmp_path: Path, change: dict[str, Any], settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(DeploymentError) as caught:
        loaded(tmp_path, {**OBSERVED, **change}, **settings)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "settings"),
    [
        ({"showsWithinSeconds": 840.0}, {}),
        ({"showsWithinSeconds": None, "settings": {}}, {}),
        ({"settings": {"whenInDoubt": "wait"}}, {"whenInDoubt": "wait"}),
    ],
)
def test_what_was_not_settled_or_goes_with_it_refuses_nothing(
    tmp_path: Path, change: dict[str, Any], settings: dict[str, Any]
) -> None:
    assert loaded(tmp_path, {**OBSERVED, **change}, **settings).probe_file is not None


@pytest.mark.parametrize(("observed", "said"), [(None, "is not there"), ("{", "is not JSON"), ("[]", "no probe file")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, observed: str | None, said: str) -> None:
    with pytest.raises(DeploymentError, match=said):
        loaded(tmp_path, observed)
