"""Synthesizes a deployment for this machine: its settings, its account and Region, its template and the code beside it."""

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
from contact_transfer_cdk.settings.model import DeploymentSettings
from local.app import changed
from local.toolbox import ROOT


class DeployError(RuntimeError):
    """The deployment could not be synthesized or created; the message says why."""


def settings_of(deployment: str, overrides: Mapping[str, Any]) -> DeploymentSettings:
    """Return the settings of a deployment with some of them changed.

    Raises ``DeployError`` with one sentence when there is no such deployment or a setting is wrong.
    """
    try:
        settings = load(deployment)
        return parse(deployment, changed(deployment, overrides)) if overrides else settings
    except DeploymentError as error:
        raise DeployError(str(error)) from None


@dataclass(frozen=True)
class Assembly:
    """A synthesized deployment in ``folder``."""

    deployment: str
    folder: Path

    @property
    def stack_name(self) -> str:
        """Name of the deployment's stack."""
        return f"ContactTransfer-{self.deployment}"

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template that is deployed."""
        return dict(json.loads((self.folder / f"{self.stack_name}.template.json").read_text("utf-8")))

    @cached_property
    def files(self) -> list[dict[str, Any]]:
        """The assets: where each is and where it must be published, as ``cdk-assets`` reads them."""
        manifest = json.loads((self.folder / f"{self.stack_name}.assets.json").read_text("utf-8"))
        return list(manifest["files"].values())

    def code_of(self, logical_id: str) -> Path:
        """Return the folder of a function's asset; it is what gets zipped and uploaded.

        Raise ``DeployError`` when there is none.
        """
        metadata = self.template["Resources"][logical_id].get("Metadata", {})
        path = self.folder / metadata["aws:asset:path"]
        if not path.is_dir():
            raise DeployError(f"the asset of {logical_id} is not a folder: {path.name}")
        return Path(path.resolve())


def synthesize(deployment: str, folder: Path, overrides: Mapping[str, Any] | None = None) -> Assembly:
    """Write the assembly of ``deployment``, with some settings changed if asked for, into ``folder``.

    Raise ``DeployError`` with one sentence when the settings or the CDK do not allow it.
    """
    command = [sys.executable, "-m", "local.app", deployment, str(folder), json.dumps(overrides or {})]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "CDK_"))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        end = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise DeployError(f"ContactTransfer-{deployment} could not be synthesized:\n{end}")
    return Assembly(deployment, folder)
