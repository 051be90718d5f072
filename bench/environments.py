"""Interpreters with packages of their own: the peers' and the plain runtime's, of the runtime's minor version if this machine has it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from contact_transfer_cdk.asset.build import PYTHON
from local.lambda_runtime import Runtime
from local.toolbox import ROOT, environment_of, find_interpreter

CODE = ROOT / "bench" / "peers"


@cache
def peer_runtime() -> Runtime:
    """Return an interpreter with the packages of the peers, which are installed on first use."""
    found = find_interpreter(PYTHON)
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    minor = PYTHON if found else own
    python = environment_of(f"bench-peers-{minor}", CODE / "requirements.txt", found or Path(sys.executable))
    for site in python.parent.parent.glob("lib/python*/site-packages"):  # as an installer leaves them: with byte code
        subprocess.run([str(python), "-m", "compileall", "-q", str(site)], check=False, stdout=subprocess.DEVNULL)
    return Runtime(python, minor, exact=found is not None)


@cache
def plain_runtime() -> Runtime:
    """Return an interpreter with Lambda's runtime client and nothing else."""
    return Runtime.like(f"python{PYTHON}")
