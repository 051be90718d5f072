"""Every command of the Makefile as a user gives it: in a fresh copy of the repository, in a clean environment, without a terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.aws import Aws, Identity
from tests.local.deployments import TWO_INSTANCES
from tests.local.makefile import PHONY, TARGETS, commands

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("fresh-copy")]

ROOT = Path(__file__).parents[2]
#: What git ignores, and git's own; a copy of the rest is a fresh clone.
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".tools", "build", "cdk.out*", "node_modules", "__pycache__", ".hypothesis", ".*_cache"
)
#: Given whole by .ci/run, beside the short forms here.
IN_CI = frozenset({"test", "check", "run"})
#: Asks the package registry for newer packages.
NOT_HERE = frozenset({"lock"})


#: What an activated environment, a test run, a surrounding make or a cloud's exports leave in a shell.
_NOT_CLEAN = (
    "PYTHON",
    "VIRTUAL_ENV",
    "PYTEST",
    "MAKE",
    "MFLAGS",
    "AWS_",
    "CDK_",
    "JSII_",
    "TRANSFERS_",
    "ARGS",
    "DEPLOYMENT",
)


def _environment() -> dict[str, str]:
    """A new login shell's: nothing points to this repository's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_CLEAN)}
    path = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
    return {**kept, "PATH": os.pathsep.join(path), "TERM": "dumb"}


def _hear_ctrl_c() -> None:
    """As a terminal's commands do: what is started in the background of a shell ignores it, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Copy:
    """A fresh copy of the repository, with a deployment that a user has added."""

    folder: Path

    def start(self, *arguments: str, environment: Mapping[str, str] = _NOTHING) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own commands
            ["make", *arguments],  # noqa: S607 - the make of the PATH, as a user has it
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no other thread of these tests holds a lock
            cwd=self.folder,
            env={**_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def make(self, *arguments: str, status: int = 0, environment: Mapping[str, str] = _NOTHING) -> str:
        """Give the command; return what it says."""
        process = self.start(*arguments, environment=environment)
        said, _ = process.communicate()
        assert process.returncode == status, said
        return said


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The tools are those of the repository, so that they are not installed twice; ``.venv`` is set up twice at once."""
    folder = tmp_path_factory.mktemp("fresh") / "contact-transfer"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (ROOT / ".tools").mkdir(exist_ok=True)
    (folder / ".tools").symlink_to(ROOT / ".tools")
    (folder / "deployments" / "two.json").write_text(json.dumps(TWO_INSTANCES))
    fresh = Copy(folder)
    begun = [fresh.start("setup") for _ in range(2)]
    ended = [(process.communicate()[0], process.returncode) for process in begun]
    assert [status for _, status in ended] == [0, 0], ended
    _lend_byte_code(folder)
    return fresh


def _lend_byte_code(folder: Path) -> None:
    """Give the copy the byte code of the repository's packages: compiling the CDK takes as long as using it."""
    for compiled in (ROOT / ".venv").glob("lib/*/site-packages/**/__pycache__/*.pyc"):
        place = folder / compiled.relative_to(ROOT)
        if place.parents[1].is_dir() and not place.exists():
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(compiled, place)


def test_help_lists_every_command(copy: Copy) -> None:
    said = copy.make("help")
    assert {line.split()[0] for line in said.splitlines()} == TARGETS


def test_every_command_is_given_here_or_by_ci() -> None:
    here = set(re.findall(r'(?:make|start)\("([^"]+)"', Path(__file__).read_text()))
    assert here | NOT_HERE == TARGETS == PHONY
    assert commands((ROOT / ".ci" / "run").read_text(), "^") == IN_CI


def test_cost(copy: Copy) -> None:
    assert "USD" in copy.make("cost", "DEPLOYMENT=two")


def test_bench(copy: Copy) -> None:
    assert "every limit kept" in copy.make("bench", "ARGS=cost")


def test_simulate(copy: Copy) -> None:
    assert "every promise was kept" in copy.make("simulate", "ARGS=--seeds 2 --workers 1")


def test_explore(copy: Copy) -> None:
    said = copy.make("explore", "ARGS=--scope one --faults 0")
    assert "every promise holds" in said


def test_quick(copy: Copy) -> None:
    assert "tests/component/test_exactly_once.py" in copy.make("quick", "ARGS=--collect-only -n0 -q")


def test_check_begins_with_the_lint(copy: Copy) -> None:
    """The whole is given by CI."""
    (copy.folder / "local" / "wrong.py").write_text("import os\n")
    try:
        assert "F401" in copy.make("check", status=2)
    finally:
        (copy.folder / "local" / "wrong.py").unlink()


def test_tests_do_not_depend_on_the_deployments_that_a_user_has_added(copy: Copy) -> None:
    """Those that read the folder of deployments; the whole suite passes with such a file as well."""
    infra = " ".join(f"tests/infra/test_{name}.py" for name in ("commands", "deployment_files", "settings", "siblings"))
    files = f"{infra} tests/ops/test_cost.py"
    assert "passed" in copy.make("test", f"ARGS=-n0 {files} -o addopts='--import-mode=importlib -p no:cacheprovider'")


def test_schemas_are_as_they_are_in_the_repository(copy: Copy) -> None:
    copy.make("schemas")
    for path in sorted((copy.folder / "docs" / "schemas").iterdir()):
        assert path.read_bytes() == (ROOT / "docs" / "schemas" / path.name).read_bytes(), path.name


def test_synth_says_what_it_wrote_and_where(copy: Copy) -> None:
    said = copy.make("synth", "DEPLOYMENT=two")
    template = copy.folder / "cdk.out" / "ContactTransfer-two.template.json"
    assert str(template) in said
    assert template.is_file()


def test_serve_is_up_until_ctrl_c(copy: Copy) -> None:
    process = copy.start("serve", "DEPLOYMENT=two")
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "up until Ctrl-C" in line:
            os.killpg(process.pid, signal.SIGINT)
    assert "export AWS_REGION=eu-central-1\n" in said
    own = [line for line in said if not line.startswith("make:")]  # make may add that it was interrupted
    assert own[-1] == "ended\n"
    assert process.wait() in {0, -signal.SIGINT}  # make itself ends by the signal


def test_run_with_two_instances_and_lists_and_routes_of_the_users_own(copy: Copy) -> None:
    said = copy.make("run", "DEPLOYMENT=two")
    assert re.search(r"^lost +0 *$", said, re.MULTILINE)
    assert re.search(r"^twice +0 *$", said, re.MULTILINE)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The emulated AWS with the account and Region of the deployment ``two``."""
    with Aws(Identity.of_arn(TWO_INSTANCES["instanceArns"][0]), tmp_path_factory.mktemp("logs")) as running:
        yield running


def test_deploy_diff_and_destroy_with_the_cdks_own_command_line(copy: Copy, account: Aws) -> None:
    reach = {**account.environment(), "AWS_ENDPOINT_URL_S3": account.endpoint}
    assert 'ARGS="--require-approval never"' in copy.make("deploy", "DEPLOYMENT=two", status=2)
    assert 'ARGS="--force"' in copy.make("destroy", "DEPLOYMENT=two", status=2)
    copy.make("bootstrap", "DEPLOYMENT=two", environment=reach)
    copy.make("deploy", "DEPLOYMENT=two", "ARGS=--require-approval never --tags CostCentre=4711", environment=reach)
    cloudformation = account.client("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName="ContactTransfer-two")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {"Key": "CostCentre", "Value": "4711"} in stack["Tags"]
    written = f"--app {copy.folder / 'cdk.out'}"  # what was deployed; without it each command synthesizes the app again
    assert "There were no differences" in copy.make("diff", "DEPLOYMENT=two", f"ARGS={written}", environment=reach)
    copy.make("destroy", "DEPLOYMENT=two", f"ARGS=--force {written}", environment=reach)
    left = [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]]
    assert "ContactTransfer-two" not in left


def test_clean_leaves_a_fresh_copy(copy: Copy) -> None:
    copy.make("clean")
    assert not {".venv", ".tools", "cdk.out", "build"} & {path.name for path in copy.folder.iterdir()}
    assert (ROOT / ".tools" / "cdk").is_dir()
