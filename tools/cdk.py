"""Runs the CDK's command line, pinned, with the node of the Python environment.

    python -m tools.cdk synth --quiet -c deployment=NAME
    python -m tools.cdk deploy | diff | destroy | bootstrap | … as the CDK's own manual has them

Settings are checked first, so that a wrong one is one sentence and not the end of a CDK log. The first use installs the
command line into .tools/cdk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.node import find_node
from contact_transfer_cdk.settings.deployment import load

#: The registry's newest version is not the one to take: it is an old build that cannot read this library's assembly.
CLI_VERSION = "2.1148.1"
ROOT = Path(__file__).resolve().parent.parent
_CHOICE = re.compile(r"(-c|--context=)?deployment=(?P<name>.*)")
HOME = ROOT / ".tools" / "cdk"


def main(arguments: Sequence[str]) -> int:
    """Run the CDK with ``arguments``; answer its exit status, or 1 after a sentence that says what is wrong."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0
    try:
        load(deployment(arguments))
        node = find_node()
        cli = install(node)
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    return subprocess.run([str(node), str(cli), *arguments], cwd=ROOT, env=environment(node), check=False).returncode


def deployment(arguments: Sequence[str]) -> str:
    """The deployment's name in ``-c deployment=NAME`` or ``--context deployment=NAME``; ``local`` without one."""
    matches = [_CHOICE.fullmatch(argument) for argument in arguments]
    names = [match["name"] for match in matches if match is not None]
    return names[-1] if names else "local"


def environment(node: Path) -> dict[str, str]:
    """The environment in which ``python`` is this one and ``node`` is that one, also for what they start."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(node.parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "JSII_NODE": str(node), "CDK_DISABLE_CLI_TELEMETRY": "true"}


def install(node: Path) -> Path:
    """The pinned command line; installed once."""
    package = HOME / "node_modules" / "aws-cdk"
    cli = package / "bin" / "cdk"
    mark = HOME / f".{CLI_VERSION}"
    if mark.is_file() and cli.is_file():
        return cli
    print(f"installing the CDK's command line {CLI_VERSION} into .tools/cdk (once)", file=sys.stderr)
    HOME.mkdir(parents=True, exist_ok=True)
    options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    result = subprocess.run(
        [str(node), str(npm(node)), "install", "--prefix", str(HOME), *options, f"aws-cdk@{CLI_VERSION}"],
        env=environment(node),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0 or not cli.is_file():
        last = (result.stderr.strip() or result.stdout.strip() or "npm said nothing").splitlines()[-1]
        raise DeploymentError(f"The CDK's command line could not be installed; npm's last word: {last}")
    mark.touch()
    return cli


def npm(node: Path) -> Path:
    """Npm beside ``node``. The wheel's ``bin/npm`` is broken; npm's own script is not."""
    script = node.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.is_file():
        raise DeploymentError(
            f"There is no npm beside {node}: run 'make setup', which installs node with npm into .venv."
        )
    return script


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
