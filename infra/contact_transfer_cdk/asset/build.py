"""Builds the asset: install what is pinned, keep what is in use, trim the SDK's data, compile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

import contact_transfer
from contact_transfer_cdk.asset import bytecode, sdk
from contact_transfer_cdk.asset.modules import reachable
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.policies.calls import ALL_CALLS

PACKAGE = "contact_transfer"
#: The functions' code: in the repository ``lambda_src``, otherwise where this package is installed.
LAMBDA_SRC = Path(contact_transfer.__file__).resolve().parents[1]
#: Their pinned packages; a wheel has the list beside this module.
REQUIREMENTS = next(
    path for path in (LAMBDA_SRC / "requirements.txt", Path(__file__).with_name("requirements.txt")) if path.is_file()
)
PYTHON = "3.13"
#: What the packages need beside their modules. The certificates are botocore's own.
EXTRA_FILES = ("botocore/cacert.pem",)
_COMPILED = (".so", ".pyd", ".dylib", ".dll")


def build(
    target: Path, lambda_src: Path = LAMBDA_SRC, *, python: str | None = None, requirements: Path = REQUIREMENTS
) -> None:
    """Fill the folder ``target``. The same sources, pins and interpreter give the same bytes.

    ``python``: the interpreter that compiles; by default the first of the runtime's minor version that is found. Without one
    the asset has no byte code and starts slower; a line on standard error says so. Raise ``DeploymentError`` when packages
    cannot be installed or have compiled parts.
    """
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        _install(requirements, stage)
        shutil.copytree(lambda_src / PACKAGE, stage / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
        _refuse_compiled_parts(stage)
        kept = reachable(stage, PACKAGE) | {stage / name for name in EXTRA_FILES}
        for path in sorted(kept):
            destination = target / path.relative_to(stage)
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, destination)
        sdk.trim(stage / "botocore" / "data", target / "botocore" / "data", ALL_CALLS)
    compiler = python or bytecode.interpreter(PYTHON)
    if compiler is None:
        print(f"note: no Python {PYTHON} here, so the asset has no byte code and starts slower", file=sys.stderr)  # noqa: T201 - a line for a person
        return
    bytecode.compile_all(target, compiler)


def _install(requirements: Path, target: Path) -> None:
    command = [find_uv_bin(), "pip", "install", "--quiet", "--target", str(target), "--requirements", str(requirements)]
    command += ["--python-platform", "aarch64-manylinux2014", "--python-version", PYTHON, "--python", sys.executable]
    command += ["--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    if result.returncode != 0:
        said = " ".join(result.stderr.split())
        raise DeploymentError(f"The asset's packages could not be installed; uv says: {said}")


def _refuse_compiled_parts(folder: Path) -> None:
    found = sorted(path for path in folder.rglob("*") if path.suffix in _COMPILED)
    if found:
        raise DeploymentError(
            f"The asset must run on every machine, and {found[0].relative_to(folder)} is compiled for one:"
            " replace the package that brings it."
        )
