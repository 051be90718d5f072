"""Runs the CDK's command line, pinned, with the node of the Python environment.

    python -m tools.cdk synth --quiet -c deployment=NAME
    python -m tools.cdk deploy | diff | destroy | bootstrap | … as the CDK's own manual has them

``make synth|deploy|diff|destroy DEPLOYMENT=NAME ARGS="…"`` is the same; ARGS are options of the CDK.

Settings are checked first, so that a wrong one is one sentence and not the end of a CDK log. The first use installs the
command line into .tools/cdk.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.node import find_node
from contact_transfer_cdk.settings.arns import Place
from contact_transfer_cdk.settings.deployment import load
from tools.locks import exclusive

#: The registry's newest version is not the one to take: it is an old build that cannot read this library's assembly.
CLI_VERSION = "2.1148.1"
ROOT = Path(__file__).resolve().parent.parent
#: Options that answer the question which a command asks of a person.
_ANSWERS = {
    "deploy": frozenset({"--require-approval", "--yes", "-y", "-h", "--help"}),
    "destroy": frozenset({"--force", "-f", "--yes", "-y", "-h", "--help"}),
}
_CHOICE = re.compile(r"(-c|--context=)?deployment=(?P<name>.*)")
HOME = ROOT / ".tools" / "cdk"


def main(arguments: Sequence[str]) -> int:
    """Run the CDK with ``arguments``; answer its exit status, or 1 after a sentence that says what is wrong."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0
    try:
        settings = load(deployment(arguments))
        refuse_without_answer(arguments, terminal=sys.stdin.isatty() and sys.stdout.isatty())
        node = find_node()
        cli = install(node)
    except DeploymentError as error:
        print(error, file=sys.stderr)
        return 1
    command = [str(node), str(cli), *arguments, *environments(arguments, settings.place)]
    status = subprocess.run(command, cwd=ROOT, env=environment(node), check=False).returncode
    if arguments[0] in {"synth", "synthesize"} and status == 0:
        print(written(ROOT / _value(arguments, "-o", "--output", default="cdk.out"), deployment(arguments)))
    return status


def refuse_without_answer(arguments: Sequence[str], *, terminal: bool) -> None:
    """Raise ``DeploymentError`` when the CDK would ask a question and nobody can answer it.

    The CDK asks when permissions change, and before it destroys; without a terminal it fails, after a minute of work.
    """
    command, given = arguments[0], {argument.partition("=")[0] for argument in arguments}
    if terminal or command not in _ANSWERS or given & _ANSWERS[command]:
        return
    answer = {"deploy": "--require-approval never", "destroy": "--force"}[command]
    raise DeploymentError(
        f"There is no terminal, and cdk {command} may ask for approval. Run it in a terminal, or approve beforehand:\n"
        f'    make {command} DEPLOYMENT={deployment(arguments)} ARGS="{answer}"'
    )


def environments(arguments: Sequence[str], place: Place) -> list[str]:
    """What ``bootstrap`` must prepare, unless ``arguments`` say it: without it the CDK synthesizes the whole app to find out."""
    if arguments[0] != "bootstrap" or any(argument.startswith("aws://") for argument in arguments):
        return []
    return [f"aws://{place.account}/{place.region}"]


def written(folder: Path, name: str) -> str:
    """What a synthesis wrote and where, in a line each."""
    template = folder / f"ContactTransfer-{name}.template.json"
    resources = len(json.loads(template.read_text("utf-8"))["Resources"])
    assets = sorted(path.name for path in folder.glob("asset.*") if path.is_dir())
    lines = [f"{template}  {template.stat().st_size / 1024:.0f} KB, {resources} resources"]
    return "\n".join([*lines, *(f"{folder / asset}/  the functions' code" for asset in assets)])


def _value(arguments: Sequence[str], *names: str, default: str) -> str:
    """The value of an option, written ``NAME VALUE`` or ``NAME=VALUE``."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name in names:
            return value if equals else following
    return default


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
    """The pinned command line; installed once, by one process while others wait."""
    cli = HOME / "node_modules" / "aws-cdk" / "bin" / "cdk"
    mark = HOME / f".{CLI_VERSION}"
    with exclusive(HOME.with_name("cdk.lock")):
        if not (mark.is_file() and cli.is_file()):
            _install(node, cli)
            mark.touch()
    return cli


def _install(node: Path, cli: Path) -> None:
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


def npm(node: Path) -> Path:
    """Npm beside ``node``. The wheel's ``bin/npm`` is broken; npm's own script is not.

    Raise ``DeploymentError`` when it is not there.
    """
    script = node.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.is_file():
        raise DeploymentError(
            f"There is no npm beside {node}: run 'make setup', which installs node with npm into .venv."
        )
    return script


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
