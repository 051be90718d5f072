"""The CDK app of a deployment with some settings changed, for runs on this machine that need a quicker or narrower one.

    python -m tools.cdk synth --app "python -m local.app" -c deployment=NAME -c overrides='{"settleMinutes": 0.1}'

The stack, its construct and its asset are those of ``app.py``; only the settings differ, and they are checked the same way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.node import use_node

DEPLOYMENTS = Path(__file__).resolve().parent.parent / "deployments"


def changed(name: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``deployments/NAME.json`` with ``overrides`` in place of its own keys."""
    content: dict[str, Any] = json.loads((DEPLOYMENTS / f"{name}.json").read_text("utf-8"))
    return {**content, **overrides}


def main() -> int:
    """Synthesize; print one sentence and answer 1 when the deployment cannot be as asked."""
    try:
        use_node()
        from aws_cdk import App  # noqa: PLC0415 - loads the CDK, which needs the node found above

        from app import defaults  # noqa: PLC0415 - as above
        from contact_transfer_cdk.asset.bundling import asset_code  # noqa: PLC0415 - as above
        from contact_transfer_cdk.settings.deployment import parse  # noqa: PLC0415 - as above
        from contact_transfer_cdk.stack import ContactTransferStack  # noqa: PLC0415 - as above

        app = App(context=defaults())
        name = str(app.node.try_get_context("deployment") or "local")
        overrides = json.loads(str(app.node.try_get_context("overrides") or "{}"))
        ContactTransferStack(app, settings=parse(name, changed(name, overrides)), code=asset_code())
        app.synth()
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
