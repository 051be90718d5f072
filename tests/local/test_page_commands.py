"""Every command that a page prints is run by a test, or is named here with the reason why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.aws import Aws

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = {
    " ".join(command.replace("\\\n", " ").split("  #")[0].split())
    for page in PAGES
    for command in re.findall(r"^ *\$ ((?:.*\\\n)*.*)$", page.read_text(), re.MULTILINE)
}
UPDATE_TABLE = "aws dynamodb update-table --table-name TABLE --no-deletion-protection-enabled"
DELETE_STACK = "aws cloudformation delete-stack --stack-name ContactTransfer-NAME"
#: How a command begins, and the test that runs it.
RUN = {
    "make run": "tests/local/test_demo.py",
    "make diff": "tests/local/test_make.py",
    "make deploy": "tests/local/test_make.py",
    "make synth": "tests/local/test_make.py",
    "transfers -d NAME doctor --live": "tests/ops/test_live.py",
    "transfers sweep": "tests/local/test_readme.py",
    "aws sqs send-message": "tests/local/test_readme.py",
    "aws cloudformation describe-stacks": "tests/local/test_readme.py",
    UPDATE_TABLE: "tests/local/test_page_commands.py",
    DELETE_STACK: "tests/local/test_page_commands.py",
}
#: How a command begins, and why no test runs it.
NOT_RUN = {
    "make test": "it is this",
    ".venv/bin/python -m tools.cdk import": "it imports existing resources into a stack, which the emulated CloudFormation does not know",
}


def test_every_command_of_the_pages_is_run_or_has_a_reason() -> None:
    known = (*RUN, *NOT_RUN)
    assert sorted(command for command in COMMANDS if not command.startswith(known)) == []
    assert not [beginning for beginning in known if not any(command.startswith(beginning) for command in COMMANDS)]
    for path in RUN.values():
        assert (ROOT / path).exists()


@pytest.mark.xdist_group("emulator")
@pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI, which the project does not install")
def test_the_commands_that_remove_what_a_failed_deployment_left_work_as_printed(aws: Aws) -> None:
    table = {"TableName": "TABLE", "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": True}
    keys = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    aws.client("dynamodb").create_table(**table, **keys)
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    stacks = aws.client("cloudformation")
    stacks.create_stack(StackName="ContactTransfer-NAME", TemplateBody=json.dumps(topic))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    for command in (UPDATE_TABLE, DELETE_STACK):
        assert command in COMMANDS
        ran = subprocess.run(  # noqa: S603 - the page's own lines
            ["/bin/sh", "-c", command], env={**kept, **aws.environment()}, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
    described = aws.client("dynamodb").describe_table(TableName="TABLE")["Table"]
    assert described["DeletionProtectionEnabled"] is False
    listed = stacks.list_stacks()["StackSummaries"]
    assert {one["StackStatus"] for one in listed if one["StackName"] == "ContactTransfer-NAME"} == {"DELETE_COMPLETE"}
