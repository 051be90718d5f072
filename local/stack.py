"""Brings an assembly into the emulated AWS as the CDK's command line does: publish the assets, then create the stack.

The command line itself takes ten seconds for it, most of them its own start; a test deploys, compares and destroys with it.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from local.aws import Aws
from local.deployment import Assembly, DeployError

#: What the template asks for: the version of the account's bootstrap stack. Source: CDK, "Bootstrap template contract".
BOOTSTRAP_PARAMETER, BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version", "30"


def create(assembly: Assembly, aws: Aws) -> dict[str, str]:
    """Create the assembly's stack and return its outputs. Raise ``DeployError`` naming each resource that failed."""
    aws.client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)
    template = ""
    for file in assembly.files:
        (place,) = file["destinations"].values()
        _publish(aws.client("s3"), assembly.folder / file["source"]["path"], place, aws.identity.region)
        if file["source"]["path"].endswith(".template.json"):
            template = f"{aws.endpoint}/{place['bucketName']}/{place['objectKey']}"
    cloudformation, name = aws.client("cloudformation"), assembly.stack_name
    cloudformation.create_stack(
        StackName=name, TemplateURL=template, Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
    except WaiterError as error:
        raise DeployError(f"{name} could not be created:\n{_failures(cloudformation, name) or error}") from None
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _publish(s3: Any, path: Path, place: dict[str, Any], region: str) -> None:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if place["bucketName"] not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=place["bucketName"], **where)
    body = _zipped(path) if path.is_dir() else path.read_bytes()
    s3.put_object(Bucket=place["bucketName"], Key=place["objectKey"], Body=body)


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return content.getvalue()


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    )
