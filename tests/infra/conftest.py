"""The real assembly, synthesized once, and small stacks for what varies."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contact_transfer_cdk.node import use_node
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.model import DeploymentSettings

INSTANCE = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
#: A call of the CDK that it has deprecated fails the synthesis here, where it only warns elsewhere.
os.environ["JSII_DEPRECATED"] = "fail"
OTHER = "arn:aws:connect:us-east-1:000000000000:instance/9a9a9a9a-0000-4000-8000-000000000002"


@dataclass(frozen=True)
class Assembly:
    """What synthesis wrote: the template and the folder around it."""

    folder: Path
    template: Mapping[str, Any]

    def of_type(self, kind: str) -> dict[str, Any]:
        return {name: r for name, r in self.template["Resources"].items() if r["Type"] == f"AWS::{kind}"}

    def one(self, kind: str, contains: str = "") -> Any:
        found = [r["Properties"] for name, r in self.of_type(kind).items() if contains in name]
        assert len(found) == 1, f"{len(found)} resources of {kind} with '{contains}' in their name"
        return found[0]

    def logical(self, kind: str, contains: str = "") -> str:
        (name,) = [name for name in self.of_type(kind) if contains in name]
        return name

    def arn(self, kind: str, contains: str = "") -> dict[str, Any]:
        return {"Fn::GetAtt": [self.logical(kind, contains), "Arn"]}

    @property
    def asset(self) -> Path:
        metadata = self.one_resource("Lambda::Function", "Worker")["Metadata"]
        return self.folder / str(metadata["aws:asset:path"])

    def one_resource(self, kind: str, contains: str = "") -> Any:
        (resource,) = [r for name, r in self.of_type(kind).items() if contains in name]
        return resource

    def report(self) -> Any:
        return json.loads((self.folder / "validation-report.json").read_text("utf-8"))

    def acknowledgements(self) -> set[tuple[str, str]]:
        """Every acknowledgement that was made: where, and of what; used or not."""
        (path,) = self.folder.glob("*.metadata.json")
        return {
            (place.removeprefix("/"), finding)
            for place, entries in json.loads(path.read_text("utf-8")).items()
            for entry in entries
            if entry["type"] == "aws:cdk:acknowledged-rules"
            for finding in entry["data"]
        }


def lint(assembly: Assembly) -> list[str]:
    """What cfn-lint finds in the template."""
    from cfnlint import lint_file  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no types; slow to load

    (path,) = assembly.folder.glob("*.template.json")
    return [str(match) for match in lint_file(path)]


def _read(folder: Path) -> Assembly:
    (path,) = folder.glob("ContactTransfer-*.template.json")
    return Assembly(folder, json.loads(path.read_text("utf-8")))


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Assembly:
    """Synthesize into a folder that all test processes of this run share: the first makes it, the others wait."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(folder)
            done.touch()
    return _read(folder)


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The deployment ``local`` as ``make synth`` makes it, asset and security rules included."""

    def make(folder: Path) -> None:
        use_node()
        from app import defaults  # noqa: PLC0415 - loads the CDK
        from contact_transfer_cdk.app import build  # noqa: PLC0415 - loads the CDK

        build(defaults(), folder).synth()

    return _once(tmp_path_factory, "assembly", make)


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Assembly]:
    """Synthesizes settings under a name, with the security rules and without building the asset."""

    def run(name: str, content: Mapping[str, Any], deployment: str = "variant") -> Assembly:
        return _once(tmp_path_factory, name, lambda folder: _variant(folder, parse(deployment, content)))

    return run


def _variant(folder: Path, settings: DeploymentSettings) -> None:
    use_node()
    import cdk_nag  # noqa: PLC0415 - loads the CDK
    from aws_cdk import App, Validations  # noqa: PLC0415 - loads the CDK

    from app import defaults  # noqa: PLC0415 - loads the CDK
    from contact_transfer_cdk.asset.bundling import asset_code  # noqa: PLC0415 - loads the CDK
    from contact_transfer_cdk.stack import ContactTransferStack  # noqa: PLC0415 - loads the CDK

    context = {**defaults(), "aws:cdk:bundling-stacks": []}
    app = App(context=context, outdir=str(folder), analytics_reporting=False)
    Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    ContactTransferStack(app, settings=settings, code=asset_code())
    app.synth()
