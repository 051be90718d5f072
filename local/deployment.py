"""Synthesizes a deployment and brings its template into the emulated AWS, the way it would go into a real account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import load, parse
from local.app import changed
from local.aws import Aws, Identity
from local.toolbox import ROOT


class DeployError(RuntimeError):
    """The CDK's command line failed; the message has the end of what it said."""


def identity_of(deployment: str, overrides: Mapping[str, Any]) -> tuple[Identity, tuple[str, ...]]:
    """Return account and Region, and the ARNs of the instances, that a deployment's settings name.

    Raises ``DeployError`` with one sentence when there is no such deployment or a setting is wrong.
    """
    try:
        settings = load(deployment)
        if overrides:
            settings = parse(deployment, changed(deployment, overrides))
    except DeploymentError as error:
        raise DeployError(str(error)) from None
    instance_arns = tuple(instance.arn for instance in settings.instances)
    return Identity.of_arn(instance_arns[0]), instance_arns


@dataclass(frozen=True)
class Assembly:
    """A synthesized deployment in ``folder``."""

    deployment: str
    folder: Path

    @property
    def stack_name(self) -> str:
        return f"ContactTransfer-{self.deployment}"

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template that is deployed."""
        return dict(json.loads((self.folder / f"{self.stack_name}.template.json").read_text("utf-8")))

    def code_of(self, logical_id: str) -> Path:
        """Return the folder of a function's asset; it is what gets zipped and uploaded."""
        metadata = self.template["Resources"][logical_id].get("Metadata", {})
        path = self.folder / metadata["aws:asset:path"]
        if not path.is_dir():
            raise DeployError(f"the asset of {logical_id} is not a folder: {path.name}")
        return Path(path.resolve())


def synthesize(deployment: str, folder: Path, overrides: Mapping[str, Any] | None = None) -> Assembly:
    """Write the assembly of ``deployment``, with some settings changed if asked for, into ``folder``."""
    options = ["-c", f"deployment={deployment}", "--output", str(folder), "--quiet"]
    if overrides:
        options += ["--app", f'"{sys.executable}" -m local.app', "-c", f"overrides={json.dumps(overrides)}"]
    _cdk(["synth", *options], folder.parent / "synth.log", {})
    return Assembly(deployment, folder)


def deploy(assembly: Assembly, aws: Aws, logs: Path) -> dict[str, str]:
    """Bootstrap the account and deploy the assembly, with the real command line; return the stack's outputs."""
    environment = {
        **aws.environment(),
        "AWS_ENDPOINT_URL_S3": aws.endpoint,
        "NODE_TLS_REJECT_UNAUTHORIZED": "0" if aws.secure else "1",
    }
    if aws.secure:
        environment["NODE_EXTRA_CA_CERTS"] = str(aws.certificate)
    place = f"aws://{aws.identity.account}/{aws.identity.region}"
    app = ["--app", str(assembly.folder)]
    _cdk(["bootstrap", *app, place], logs / "bootstrap.log", environment)
    _cdk(["deploy", *app, "--require-approval", "never", assembly.stack_name], logs / "deploy.log", environment)
    stack = aws.client("cloudformation").describe_stacks(StackName=assembly.stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _cdk(arguments: list[str], log: Path, environment: Mapping[str, str]) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "tools.cdk", *arguments],
            env={**inherited, **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        end = "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-15:])
        raise DeployError(f"cdk {arguments[0]} failed ({log}):\n{end}")
