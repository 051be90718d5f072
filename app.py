"""The CDK app: context, settings, stack. No AWS call, no git, no network of its own: synthesis is pure.

make synth DEPLOYMENT=NAME      or, without the CDK's command line:
CDK_CONTEXT_JSON='{"deployment": "NAME"}' CDK_OUTDIR=cdk.out python app.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "lambda_src")]  # an interpreter without the editable install works, too

from contact_transfer_cdk.errors import DeploymentError  # noqa: E402 - needs the path set above
from contact_transfer_cdk.node import use_node  # noqa: E402 - as above

CDK_JSON = ROOT / "cdk.json"


def main() -> int:
    """Synthesize; print one sentence and answer 1 when the deployment cannot be as asked."""
    try:
        use_node()
        from contact_transfer_cdk.app import build  # noqa: PLC0415 - loads the CDK, which needs the node found above

        build(defaults()).synth()
    except DeploymentError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a sentence for a person
        return 1
    except RuntimeError as error:  # every error of the CDK
        if "ValidationFailed" not in str(error):
            raise
        return 1  # the findings have been printed
    return 0


def defaults() -> dict[str, Any]:
    """The context that the CDK's command line would hand over: that of ``cdk.json``, and metadata in the template."""
    context: dict[str, Any] = json.loads(CDK_JSON.read_text("utf-8"))["context"]
    return {**context, "aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True}


if __name__ == "__main__":
    sys.exit(main())
