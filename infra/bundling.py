"""The Lambda asset."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_

from infra.settings import DEPLOYMENTS


def asset_code() -> lambda_.Code:
    """The code of every function."""
    return lambda_.Code.from_asset(str(DEPLOYMENTS.parent / "lambda_src"))
