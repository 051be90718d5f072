"""The CDK app of a deployment for runs on this machine: some settings may be changed, the code is built once, and no rules are checked.

    python -m local.app NAME FOLDER ['{"settleMinutes": 0.1}']

The stack and its construct are those of ``app.py``, and the settings are checked the same way. ``make synth`` and ``make check`` hold the
security rules to the template; here they would only cost time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.node import use_node
from contact_transfer_cdk.settings.deployment import DEPLOYMENTS
from local.asset import built


def changed(name: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``deployments/NAME.json`` with ``overrides`` in place of its own keys."""
    content: dict[str, Any] = json.loads((DEPLOYMENTS / f"{name}.json").read_text("utf-8"))
    return {**content, **overrides}


def synthesize(name: str, folder: str, overrides: Mapping[str, Any]) -> None:
    """Write the assembly of the deployment ``name`` into ``folder``. Raise ``DeploymentError`` when it cannot be as asked."""
    use_node()
    from aws_cdk import App  # noqa: PLC0415 - loads the CDK, which needs the node found above
    from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above

    from app import defaults  # noqa: PLC0415 - as above
    from contact_transfer_cdk.settings.deployment import parse  # noqa: PLC0415 - as above
    from contact_transfer_cdk.stack import ContactTransferStack  # noqa: PLC0415 - as above

    settings = parse(name, changed(name, overrides))
    app = App(context=defaults(), outdir=folder, analytics_reporting=False, builtin_cloud_formation_validation=False)
    ContactTransferStack(app, settings=settings, code=lambda_.Code.from_asset(str(built())))
    app.synth()


def main() -> int:
    """Synthesize; print one sentence and answer 1 when the deployment cannot be as asked."""
    name, folder, overrides = [*sys.argv[1:], "{}"][:3]
    try:
        synthesize(name, folder, json.loads(overrides))
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
