"""What the worker's start imports, by module: everything is there because the first batch needs it, and nothing comes in unseen."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contact_transfer.config.worker_settings import Settings
from tests.made_by_the_stack import made

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


#: Loaded, and no function of theirs is called until the first batch is done. By package or module, each with its reason.
IDLE = {
    "aws_lambda_powertools.logging.buffer": "Powertools' Logger imports it",
    "aws_lambda_powertools.metrics": "the parts of Powertools' Metrics that its package imports beside what writes them",
    "aws_lambda_powertools.shared.constants": "names",
    "aws_lambda_powertools.tracing": "Powertools' package imports its three cores with any of them",
    "aws_lambda_powertools.utilities.jmespath_utils": "Powertools' Logger imports it",
    "botocore.docs": "botocore.client and botocore.waiter derive the help texts of their methods from it",
    "botocore.eventstream": "botocore.parsers imports it",
    "botocore.monitoring": "botocore.session imports it",
    "botocore.paginate": "botocore.client imports it",
    "botocore.response": "botocore.endpoint imports it",
    "botocore.retries": "botocore.client imports every way to retry",
    "botocore.retryhandler": "botocore.session imports it, for the older way to retry",
    "botocore.service_module_names": "a table that botocore.utils imports",
    "botocore.translate": "botocore.session imports it",
    "botocore.vendored": "botocore.exceptions derives from it",
    "botocore.waiter": "botocore.client imports it",
    "certifi": "read when a connection is opened, which instant answers do without",
    "contact_transfer.config.worker_settings": "data without functions: the worker's settings",
    "contact_transfer.ledger.request_ids": "for requests with a requestId",
    "contact_transfer.ledger.route_quotas": "for requests of a route",
    "contact_transfer.observability.metrics": "names",
    "contact_transfer.transfer.outcome": "data without functions: what can become of a request",
    "jmespath": "botocore.regions imports it, for rules that the four endpoints do not have",
    "urllib3": "opens the connections that instant answers do without",
}
#: Of the standard library, imported by a module of ours and not called in the first batch.
IDLE_STANDARD = {
    "base64": "for messages with binary attributes that are parked; botocore has loaded it",
    "collections.abc": "names of types",
    "traceback": "for a defect; logging has loaded it",
}
#: Bytes of source: a smaller module costs next to nothing.
SMALL = 2_000


def run(*program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a worker's environment."""
    url = "https://sqs.us-east-1.amazonaws.com/000000000000/queue"
    queues = dict.fromkeys(("transfer_queue_url", "urgent_queue_url", "dead_letter_queue_url"), url)
    variables = Settings((INSTANCE,), **made() | queues).to_environment()
    credentials = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    return subprocess.run(  # noqa: S603 - this interpreter, a program of ours
        [sys.executable, *program],
        env={**variables, **credentials, "PYTHONPATH": f"{ROOT / 'lambda_src'}:{ROOT}"},
        check=True,
        capture_output=True,
        text=True,
    )


@cache
def started() -> frozenset[str]:
    """The names of all modules that a worker has loaded before its first batch."""
    return frozenset(json.loads(run("-c", PROGRAM).stdout))


@cache
def watched() -> tuple[dict[str, Path], frozenset[str]]:
    """Of a start and a first batch: the sources of the loaded modules, and the modules of which no function was called."""
    seen = json.loads(run(str(Path(__file__).with_name("first_batch.py"))).stderr.splitlines()[-1])
    files = {name: Path(file) for name, file in seen["files"].items() if file.endswith(".py")}
    called = frozenset(seen["called"])
    return files, frozenset(
        name for name, file in files.items() if str(file) not in called and f"<frozen {name}>" not in called
    )


def covered(name: str, by: str) -> bool:
    return name == by or name.startswith(f"{by}.")


def idle_packages() -> dict[str, Path]:
    """Modules of ours and of packages, large enough to matter, of which no function was called."""
    files, idle = watched()
    packages = {name for name in idle if name.partition(".")[0] in PACKAGES}
    return {name: files[name] for name in packages if files[name].stat().st_size >= SMALL}


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
    assert "contact_transfer.transfer.service" in ours
    assert len(ours) <= 70


def test_the_number_of_modules_is_within_its_budget() -> None:
    assert len(started()) <= MODULES
    assert len([name for name in started() if name.startswith("aws_lambda_powertools")]) <= OF_POWERTOOLS


def test_what_the_first_batch_does_not_use_is_known_with_its_reason() -> None:
    assert not sorted(name for name in idle_packages() if not any(covered(name, by) for by in IDLE))


@pytest.mark.parametrize("module", sorted(set(IDLE) - {"certifi"}), ids=str)
def test_what_is_called_idle_is_idle(module: str) -> None:
    assert [name for name in idle_packages() if covered(name, module)], "used by now, or gone: strike it from the list"


def imported_by_ours() -> Iterator[str]:
    files, _ = watched()
    for name, file in files.items():
        if covered(name, "contact_transfer"):
            for node in ast.parse(file.read_text("utf-8")).body:
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module


def test_ours_imports_nothing_of_the_standard_library_that_it_does_not_use() -> None:
    _, idle = watched()
    standard = {name for name in imported_by_ours() if name.partition(".")[0] in sys.stdlib_module_names}
    assert {name for name in standard if name in idle} <= set(IDLE_STANDARD)
