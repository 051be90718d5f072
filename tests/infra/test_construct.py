"""The construct in stacks of other apps: where it may stand, what it hands on, and several beside one another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contact_transfer_cdk import load_settings
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.model import DeploymentSettings

from .conftest import INSTANCE, OTHER
from .upgrades import collisions

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

PLACE = {"account": "000000000000", "region": "us-east-1"}


class Another:
    """Another app's stack. Loads the CDK when it is made."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None) -> None:
        from contact_transfer_cdk import ContactTransfer  # noqa: PLC0415 - loads the CDK

        from aws_cdk import App, Environment, Stack  # noqa: PLC0415 - as above  # isort: skip
        from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above

        (folder / "asset").mkdir()
        self.app = App(outdir=str(folder / "out"), analytics_reporting=False)
        given = None if environment is None else Environment(**environment)
        self.stack = Stack(self.app, "Another", env=given)
        self._code = lambda_.Code.from_asset(str(folder / "asset"))
        self._construct = ContactTransfer

    def add(self, id_: str, settings: DeploymentSettings) -> Any:
        return self._construct(self.stack, id_, settings=settings, code=self._code)

    def template(self) -> Any:
        artifact = self.app.synth().get_stack_by_name(self.stack.stack_name)
        return json.loads(Path(artifact.template_full_path).read_text("utf-8"))


def _settings(name: str = "one", **content: Any) -> DeploymentSettings:
    return parse(name, {"instanceArns": [INSTANCE], **content})


def test_several_stand_in_one_stack(tmp_path: Path) -> None:
    another = Another(tmp_path, PLACE)
    first = another.add("First", _settings(allowedChannels=["TASK"], quotaShare=0.5))
    second = another.add("Second", _settings("two", allowedChannels=["EMAIL"], quotaShare=0.5))
    first.add_outputs()
    second.add_outputs("Second")
    template = another.template()
    assert collisions(template) == []
    assert set(template["Outputs"]) == set(first.outputs) | {f"Second{name}" for name in first.outputs}
    assert not [output for output in template["Outputs"].values() if "Export" in output]


def test_every_output_is_an_attribute(tmp_path: Path) -> None:
    service = Another(tmp_path, PLACE).add("Service", _settings())
    attributes = {"".join(f"_{c.lower()}" if c.isupper() else c for c in name)[1:] for name in service.outputs}
    assert attributes >= {"transfer_queue_url", "event_bus_arn", "queue_key_arn", "flow_function_arn"}
    assert [getattr(service, name) for name in sorted(attributes)]
    assert {str(getattr(service, name)) for name in attributes} == {str(value) for value in service.outputs.values()}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        (
            None,
            "Stack 'Another' has no account and Region, and deployment 'one' serves instances of account 000000000000",
        ),
        (PLACE | {"region": "eu-west-1"}, "Stack 'Another' is of account 000000000000 in eu-west-1"),
        (PLACE | {"account": "123456789012"}, "Stack 'Another' is of account 123456789012 in us-east-1"),
    ],
)
def test_a_stack_of_another_account_or_region_is_refused(
    tmp_path: Path, environment: Mapping[str, str] | None, says: str
) -> None:
    with pytest.raises(DeploymentError) as caught:
        Another(tmp_path, environment).add("Service", _settings())
    assert str(caught.value).startswith(says)
    assert str(caught.value).endswith("give the stack env=Environment(account='000000000000', region='us-east-1').")


def test_one_deployment_twice_in_an_app_is_refused(tmp_path: Path) -> None:
    another = Another(tmp_path, PLACE)
    another.add("First", _settings())
    with pytest.raises(DeploymentError, match="'Another/Second' and 'Another/First' are both deployment 'one'"):
        another.add("Second", _settings())


def test_an_apps_own_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text(json.dumps({"$schema": "../schema.json", "instanceArns": [OTHER]}))
    settings = load_settings(tmp_path / "live.json")
    assert (settings.name, settings.prefix) == ("live", "ContactTransfer-live")
    assert load_settings("local").name == "local"
    with pytest.raises(DeploymentError, match="There is no file"):
        load_settings(tmp_path / "dead.json")


def test_tags_boundary_and_keys_reach_every_resource(tmp_path: Path) -> None:
    another = Another(tmp_path, PLACE)
    key = "arn:aws:kms:us-east-1:999999999999:key/11111111-0000-4000-8000-000000000000"
    boundary = "arn:aws:iam::000000000000:policy/teams/bound"
    another.add(
        "Service",
        _settings(
            tags={"CostCentre": "4711"},
            permissionsBoundary=boundary,
            queueKeyArn=key,
            dataKeyArn=key,
            logRetentionDays=30,
        ),
    )
    resources = another.template()["Resources"].values()
    kinds = {resource["Type"] for resource in resources}
    assert "AWS::KMS::Key" not in kinds
    for resource in resources:
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::Role":
            assert properties["PermissionsBoundary"] == boundary
        if resource["Type"] == "AWS::Logs::LogGroup":
            assert (properties["RetentionInDays"], properties["KmsKeyId"]) == (30, key)
        if resource["Type"] in {"AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::DynamoDB::Table"}:
            assert {"Key": "CostCentre", "Value": "4711"} in properties["Tags"]
        if resource["Type"] == "AWS::SQS::Queue":
            assert properties["KmsMasterKeyId"] == key
        if "scheduler.amazonaws.com" in json.dumps(properties.get("AssumeRolePolicyDocument", {})):
            [policy] = properties["Policies"]
            assert key in [statement["Resource"] for statement in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize(("level", "of_lambda"), [("DEBUG", "DEBUG"), ("INFO", "INFO"), ("ERROR", "INFO")])
def test_lambda_drops_no_metric_whatever_the_log_level(tmp_path: Path, level: str, of_lambda: str) -> None:
    """A metric is a log line without a level, which Lambda takes for INFO."""
    another = Another(tmp_path, PLACE)
    another.add("Service", _settings(logLevel=level))
    functions = [
        r["Properties"] for r in another.template()["Resources"].values() if r["Type"] == "AWS::Lambda::Function"
    ]
    for function in functions:
        assert function["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == level
        assert function["LoggingConfig"]["ApplicationLogLevel"] == of_lambda
