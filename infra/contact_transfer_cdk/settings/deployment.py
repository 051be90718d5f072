"""A deployment's settings: ``deployments/NAME.json``, typed and checked before anything is synthesized.

``load`` reads a file, ``parse`` its content. Both raise ``DeploymentError`` with a sentence for each thing that is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from contact_transfer.config.settings_table import of_file
from contact_transfer.config.worker_settings import Quota
from contact_transfer_cdk.errors import DeploymentError, Problems
from contact_transfer_cdk.settings import probe_checks
from contact_transfer_cdk.settings.alarm_settings import AlarmTopics
from contact_transfer_cdk.settings.checks import complaints, default_concurrency
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.reading import refuse_unknown
from contact_transfer_cdk.settings.sizing import Sizing
from contact_transfer_cdk.settings.values import read

__all__ = ["DEPLOYMENTS", "DeploymentSettings", "load", "load_settings", "parse"]

DEPLOYMENTS = Path(__file__).resolve().parents[3] / "deployments"
#: "ContactTransfer-" with 32 more makes the 48 characters that the name of an archive of EventBridge has at most.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")
#: For editors, which then complete and check the file; not a setting.
SCHEMA_KEY = "$schema"


def load_settings(file: str | Path) -> DeploymentSettings:
    """The settings in a file, for a CDK app of your own; the deployment is called as the file is without ``.json``.

    Args:
        file: path of a deployment file, as in ``deployments/live.json``; or the name of one in this repository's ``deployments``.

    Raises:
        DeploymentError: there is no such file, or something in it is wrong; a sentence for each thing.
    """
    path = Path(file)
    if path.suffix == ".json":
        if not path.is_file():
            raise DeploymentError(f"There is no file '{path}'.")
        return load(path.stem, path.parent)
    return load(str(file))


def load(name: str, folder: Path = DEPLOYMENTS) -> DeploymentSettings:
    """The settings of the deployment ``name``, from ``NAME.json`` in ``folder``. Raise ``DeploymentError``."""
    path = folder / f"{name}.json"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.json"))) or "none"
        raise DeploymentError(f"There is no deployment '{name}': deployments/ has {known}.")
    try:
        return _as_probed(parse(name, _content(path)), folder)
    except DeploymentError as error:
        raise type(error)(*(_in_file(path, problem) for problem in error.problems)) from error


def _as_probed(settings: DeploymentSettings, folder: Path) -> DeploymentSettings:
    """The settings, checked against the probe file that they name. Raise ``DeploymentError``."""
    if settings.probe_file is None:
        return settings
    path = folder / settings.probe_file
    if problems := list(probe_checks.complaints(settings, path)):
        raise DeploymentError(*problems)
    return replace(settings, probe_file=str(path))


def _in_file(path: Path, problem: str) -> str:
    return problem if problem.startswith(path.name) else f"{path.name}: {problem}"


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"), object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise DeploymentError(f"{path.name} is not JSON: {error.msg} in line {error.lineno}.") from error
    except UnicodeDecodeError as error:
        raise DeploymentError(f"{path.name} is not UTF-8 text.") from error
    except DeploymentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DeploymentError(f"{path.name} has a number too long, or lists nested too deep, to be read.") from error
    if not isinstance(content, dict):
        raise DeploymentError(f"{path.name} must hold one JSON object.")
    return content


def parse(name: str, content: Mapping[str, Any], sizing: Sizing | None = None) -> DeploymentSettings:
    """Settings from a file's content.

    Raises:
        DeploymentError: values that are wrong, and combinations that cannot work; unknown keys come first.
    """
    if not _NAME.fullmatch(name):
        raise DeploymentError(
            f"'{name}' cannot name a deployment: a letter, then up to 31 letters, digits and hyphens."
        )
    problems = Problems()
    with problems.collecting():
        refuse_unknown({key: content[key] for key in content if key != SCHEMA_KEY}, [row.name for row in of_file()])
    values, wrong = _values(content, problems)
    if "instance_arns" in values:
        settings = _settings(name, values, sizing or Sizing())
        # A combination is judged only when every value in it could be read.
        judged = [text for text in complaints(settings) if not any(f"'{key}'" in text for key in wrong)]
        with problems.collecting():
            if judged:
                raise DeploymentError(*judged)
    problems.raise_any()
    return settings


def _values(content: Mapping[str, Any], problems: Problems) -> tuple[dict[str, Any], list[str]]:
    """The typed values by attribute, and the keys whose values are wrong: their defaults stand in for them."""
    values: dict[str, Any] = {}
    wrong = []
    for row in of_file():
        served = values.get("instance_arns", ())
        with problems.collecting():
            wrong.append(row.name)
            values[row.attribute] = read(
                row, content.get(row.name, [] if row.name == "instanceArns" else row.default), served
            )
            wrong.pop()
        if row.name in wrong and row.name != "instanceArns":
            values[row.attribute] = read(row, row.default, served)
    if "maximumConcurrency" not in content:
        values["maximum_concurrency"] = default_concurrency(values["transfers_per_second"] * values["quota_share"])
    return values, wrong


def _settings(name: str, values: Mapping[str, Any], sizing: Sizing) -> DeploymentSettings:
    share = values["quota_share"]
    given = dict(values)
    return DeploymentSettings(
        name=name,
        sizing=sizing,
        instances=given.pop("instance_arns"),
        transfers_per_second=given.pop("transfers_per_second") * share,
        burst=given.pop("burst") * share,
        quotas={operation: Quota(q.rate * share, q.burst * share) for operation, q in given.pop("quotas").items()},
        alarm_topics=AlarmTopics(**given.pop("alarm_topics")),
        **given,
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise DeploymentError(f"'{repeated}' is there twice: keep one.")
    return content
