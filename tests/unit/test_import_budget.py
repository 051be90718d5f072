"""What the worker's start imports, by module: everything is there because the first batch needs it, and nothing comes in unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from contact_transfer.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "import json, sys; import contact_transfer.worker; print(json.dumps(sorted(sys.modules)))"
INSTANCE = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"

#: Packages that may be loaded when the worker has started: the SDK with what it stands on, and Powertools.
PACKAGES = {
    "aws_lambda_powertools",
    "botocore",
    "contact_transfer",
    "dateutil",
    "jmespath",
    "six",
    "typing_extensions",
    "urllib3",
    "certifi",  # botocore takes it where it is installed, as it is here and is not in the asset
}
#: Costly or idle: a module that appears here has been let in by mistake. The reason stands beside it.
NEVER = {
    "boto3": "its resources and transfer manager are not used",
    "s3transfer": "as boto3",
    "pydantic": "requests are checked by hand: 76 ms",
    "aws_xray_sdk": "Lambda's own tracing needs no SDK: 60 ms",
    "aws_lambda_powertools.utilities.batch": "the partial answer is one line",
    "aws_lambda_powertools.utilities.idempotency": "the ledger is ours",
    "aws_lambda_powertools.utilities.parser": "as pydantic",
    "aws_lambda_powertools.utilities.data_classes": "a record is read by hand",
    "asyncio": "the worker is sequential",
    "multiprocessing": "as asyncio",
    "unittest": "a test tool",
    "contact_transfer.flow": "another function's",
    "contact_transfer.confirm": "another function's",
}
#: Of the standard library and of all packages together; an update of a package that goes beyond is looked at.
MODULES = 450
OF_POWERTOOLS = 45


@cache
def started() -> frozenset[str]:
    """The names of all modules that a worker has loaded before its first batch."""
    url = "https://sqs.us-east-1.amazonaws.com/000000000000/queue"
    variables = Settings((INSTANCE,), url, url, "bus", "table").to_environment()
    done = subprocess.run(  # noqa: S603 - this interpreter, a program of ours
        [sys.executable, "-c", PROGRAM],
        env={**variables, "PYTHONPATH": str(ROOT / "lambda_src"), "AWS_REGION": "us-east-1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return frozenset(json.loads(done.stdout))


def test_the_worker_loads_no_package_beyond_the_sdk_and_powertools() -> None:
    top = {name.partition(".")[0] for name in started()}
    assert top - set(sys.stdlib_module_names) - {"__main__"} - SITE <= PACKAGES


#: What an environment's own start-up files bring in before any program.
SITE = {"_distutils_hack", "sitecustomize", "usercustomize", "__editable___finder"}


@pytest.mark.parametrize("module", NEVER, ids=str)
def test_what_was_left_out_stays_out(module: str) -> None:
    assert not [name for name in started() if name == module or name.startswith(f"{module}.")], NEVER[module]


def test_all_of_ours_that_is_loaded_belongs_to_the_worker() -> None:
    ours = {name for name in started() if name.startswith("contact_transfer.")}
    assert "contact_transfer.service" in ours
    assert len(ours) <= 42


def test_the_number_of_modules_is_within_its_budget() -> None:
    assert len(started()) <= MODULES
    assert len([name for name in started() if name.startswith("aws_lambda_powertools")]) <= OF_POWERTOOLS
