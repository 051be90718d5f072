"""The files that describe deployments: found by name, read, and refused with a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import load, parse
from tests.infra.deployments import ARN, settings


def test_the_repositorys_own_deployment_is_sound() -> None:
    assert load("local").name == "local"


@pytest.mark.parametrize("name", ["nowhere", "../local", "", "a" * 40])
def test_the_error_about_an_unknown_deployment_names_those_that_exist(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "deployments"
    folder.mkdir()
    for known in ("local", "live"):
        (folder / f"{known}.json").write_text("{}")
    with pytest.raises(DeploymentError, match=r"There is no deployment '.*': deployments/ has live, local\."):
        load(name, folder)


@pytest.mark.parametrize("name", ["", "1st", "a b", "a" * 33, "a_b"])
def test_a_name_that_aws_would_refuse_is_refused_first(name: str) -> None:
    with pytest.raises(DeploymentError, match="cannot name a deployment: a letter, then up to 31 letters, digits"):
        parse(name, {"instanceArns": [ARN]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "bad.json is not JSON"),
        ("[]", "bad.json must hold one JSON object"),
        ('{"burst": 1, "burst": 2}', "bad.json: 'burst' is there twice"),
        ("{}", "bad.json: 'instanceArns' must name at least one"),
        ('{"burst": 1' + "0" * 5000 + "}", "bad.json has a number too long"),
        ('{"routes": ' + "[" * 200_000, "bad.json has a number too long, or lists nested too deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DeploymentError) as caught:
        load("bad", tmp_path)
    assert says in str(caught.value)


def test_a_file_is_read_like_its_content(tmp_path: Path) -> None:
    (tmp_path / "test.json").write_text(json.dumps({"instanceArns": [ARN], "burst": 3}))
    assert load("test", tmp_path) == settings(burst=3)
    assert replace(settings(), burst=3.0) == settings(burst=3)
