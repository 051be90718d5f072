"""The app around the stack: reads the deployment's name from the context, and holds the security rules to the result."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cdk_nag
from aws_cdk import App, Validations

from contact_transfer_cdk.asset.bundling import Bundling, asset_code
from contact_transfer_cdk.settings.deployment import load
from contact_transfer_cdk.settings.siblings import siblings, warnings
from contact_transfer_cdk.stack import ContactTransferStack

DEFAULT_DEPLOYMENT = "local"


def build(context: Mapping[str, Any], outdir: Path | None = None) -> App:
    """The app of the deployment that the context names. Raise ``DeploymentError`` when that cannot be."""
    app = App(context=dict(context), outdir=None if outdir is None else str(outdir), analytics_reporting=False)
    Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    settings = load(str(app.node.try_get_context("deployment") or DEFAULT_DEPLOYMENT))
    for sentence in warnings(settings, siblings(settings)):
        print(f"note: {sentence}", file=sys.stderr)  # noqa: T201 - a line for a person
    bundling = Bundling()
    try:
        ContactTransferStack(app, settings=settings, code=asset_code(bundling))
    except RuntimeError as error:  # what jsii makes of every error
        if bundling.failure is not None:
            raise bundling.failure from error
        raise
    return app
