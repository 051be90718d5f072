"""The real assembly, synthesized once, and small stacks for what varies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from infra.node import use_node
from infra.settings import parse

INSTANCE = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
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

    @property
    def asset(self) -> Path:
        metadata = self.one_resource("Lambda::Function")["Metadata"]
        return self.folder / str(metadata["aws:asset:path"])

    def one_resource(self, kind: str, contains: str = "") -> Any:
        (resource,) = [r for name, r in self.of_type(kind).items() if contains in name]
        return resource

    def report(self) -> Any:
        return json.loads((self.folder / "validation-report.json").read_text("utf-8"))


def _read(folder: Path) -> Assembly:
    (path,) = folder.glob("ContactTransfer-*.template.json")
    return Assembly(folder, json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The deployment ``local`` as ``make synth`` makes it, asset and security rules included."""
    use_node()
    from app import defaults
    from infra.app import build

    folder = tmp_path_factory.mktemp("assembly")
    build(defaults(), folder).synth()
    return _read(folder)


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mapping[str, Any]], Assembly]:
    """Synthesizes settings, with the security rules and without building the asset."""
    use_node()
    import cdk_nag
    from app import defaults
    from aws_cdk import App, Validations
    from infra.bundling import asset_code
    from infra.stack import ContactTransferStack

    def run(content: Mapping[str, Any]) -> Assembly:
        folder = tmp_path_factory.mktemp("variant")
        context = {**defaults(), "aws:cdk:bundling-stacks": []}
        app = App(context=context, outdir=str(folder), analytics_reporting=False)
        Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
        ContactTransferStack(app, settings=parse("variant", content), code=asset_code())
        app.synth()
        return _read(folder)

    return run
