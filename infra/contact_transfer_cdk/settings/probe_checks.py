"""The settings against what ``transfers probe`` observed on an instance of the deployment."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.model import DeploymentSettings

#: What a probe file may be read as.
VERSION = 1
#: Seconds of ``settleMinutes`` that are kept for looking once everything shows.
LOOKING_SECONDS = 60.0


def read(path: Path) -> Mapping[str, Any]:
    """The content of a probe file. Raise ``DeploymentError`` when it is none that this version can read."""
    again = "write it with transfers probe, or take 'probeFile' out"
    if not path.is_file():
        raise DeploymentError(f"'probeFile' names '{path.name}', which is not there: {again}.")
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DeploymentError(f"'probeFile' names '{path.name}', which is not JSON: {again}.") from error
    if not isinstance(content, dict) or content.get("version") != VERSION or "instanceArn" not in content:
        raise DeploymentError(f"'probeFile' names '{path.name}', which is no probe file of this version: {again}.")
    return content


def complaints(settings: DeploymentSettings, path: Path) -> Iterator[str]:
    """What of the settings does not go with the probe file at ``path``, a sentence each."""
    try:
        content = read(path)
    except DeploymentError as error:
        yield from error.problems
        return
    arns = [instance.arn for instance in settings.instances]
    if content["instanceArn"] not in arns:
        yield f"'probeFile' is about {content['instanceArn']}, which is not among 'instanceArns': probe one of those."
    seconds = float(content.get("showsWithinSeconds") or 0.0)  # none, where it was not settled
    least = math.ceil((seconds + LOOKING_SECONDS) / 60) if seconds else 0
    if settings.settle_minutes < least:
        yield (
            f"'settleMinutes' is {settings.settle_minutes:g}, and Amazon Connect took {seconds:.0f} s to show a transfer"
            f" when it was probed: make it at least {least}."
        )
    if content.get("settings", {}).get("whenInDoubt") == "wait" and settings.when_in_doubt == "repeat":
        yield (
            '\'whenInDoubt\' is "repeat", and Amazon Connect did not keep to the first answer when a token was repeated: make it "wait".'
        )
