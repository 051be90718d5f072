"""Hands the asset to the CDK: built on this machine, without Docker, and named by what came out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from contact_transfer_cdk.asset.build import LAMBDA_SRC, PACKAGE, build
from contact_transfer_cdk.errors import DeploymentError


@jsii.implements(ILocalBundling)
class Bundling:
    """Keeps the ``failure`` that jsii would bury in a trace."""

    def __init__(self) -> None:
        self.failure: DeploymentError | None = None

    def try_bundle(self, output_dir: str, *_options: Any, **_more: Any) -> bool:
        """Build the asset in ``output_dir``. Always answers True: there is no other way to build it."""
        try:
            build(Path(output_dir))
        except DeploymentError as error:
            self.failure = error
            raise
        return True


def asset_code(bundling: Bundling | None = None) -> lambda_.Code:
    """The code of every function. Not built in a stack that the context ``aws:cdk:bundling-stacks`` leaves out."""
    return lambda_.Code.from_asset(
        str(LAMBDA_SRC / PACKAGE),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("none"),  # never used: the local way does not fail in silence
            local=bundling or Bundling(),
        ),
    )
