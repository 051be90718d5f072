"""The wheel, installed into empty environments: the command without the CDK, and the construct in other people's apps."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from contact_transfer_cdk.asset.build import build

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
#: Three apps of other people, in one process: the CDK takes seconds to load. The asset is built for the first.
APPS = """
from contact_transfer_cdk import ContactTransfer, load_settings
from aws_cdk import App, Environment, Stack
settings, other = (load_settings(f"deployments/{name}.json") for name in ("live", "other"))
place = Environment(account=settings.place.account, region=settings.place.region)

app = App(outdir="own")
ContactTransfer(Stack(app, "TheirOwnName", env=place), "Service", settings=settings).add_outputs()
app.synth()

without_asset = {"aws:cdk:bundling-stacks": []}
app = App(outdir="both", context=without_asset)
stack = Stack(app, "Both", env=place)
ContactTransfer(stack, "One", settings=settings).add_outputs()
ContactTransfer(stack, "Two", settings=other).add_outputs("Other")
app.synth()

ContactTransfer(Stack(App(outdir="nowhere", context=without_asset), "Nowhere"), "Service", settings=settings)
"""
pytestmark = [pytest.mark.xdist_group("packages"), pytest.mark.synth]


def _run(command: list[str | Path], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(  # noqa: S603 - our own commands
        list(map(str, command)), cwd=folder, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    made = _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT)
    assert made.returncode == 0, made.stderr
    [path] = folder.glob("*.whl")
    return path


Install = Callable[[str], Path]


@pytest.fixture(scope="module")
def install(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Make an empty environment, put the wheel with an extra into it, at the repository's own versions; answer its ``bin``."""

    def make(extra: str) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        for command in (
            ["venv", "--quiet", "--python", sys.executable, str(folder / "venv")],
            ["pip", "install", "--quiet", "--constraint", str(ROOT / "requirements.txt"), f"{wheel}{extra}"],
        ):
            made = _run([BIN / "uv", *command], folder, VIRTUAL_ENV=str(folder / "venv"))
            assert made.returncode == 0, made.stderr
        return folder / "venv" / "bin"

    return make


@pytest.fixture(scope="module")
def plain(install: Install) -> Path:
    return install("")


def test_the_wheel_has_what_it_needs_and_one_version(wheel: Path) -> None:
    [version] = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert wheel.name == f"contact_transfer-{version}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("contact_transfer", "contact_transfer_cdk", "transfers_cli"):
        assert f"{package}/py.typed" in names
    for name in ("static/htmx.min.js", "static/htmx.LICENSE.txt", "static/console.css", "templates/page.html"):
        assert f"transfers_cli/web/{name}" in names
    assert not [name for name in names if name.split("/")[0] in {"local", "tests", "bench", "tools"}]


def test_the_command_works_without_the_cdk(plain: Path, wheel: Path, tmp_path: Path) -> None:
    ran = _run([plain / "transfers", "--version"], tmp_path)
    assert ran.stdout == f"transfers {wheel.name.split('-')[1]}\n"
    ran = _run([plain / "transfers", "--help"], tmp_path)
    assert (ran.returncode, "Sees, explains and repairs" in ran.stdout, "web" in ran.stdout) == (0, True, True)
    ran = _run([plain / "transfers", "watch"], tmp_path, AWS_EC2_METADATA_DISABLED="true")
    assert (ran.returncode, "There is no Region" in ran.stderr) == (4, True)
    absent = "import aws_cdk"
    assert _run([plain / "python", "-c", absent], tmp_path).returncode == 1
    served = "from transfers_cli.web.rendering import environment; environment().get_template('page.html')"
    assert _run([plain / "python", "-c", served], tmp_path).stderr == ""


@dataclass(frozen=True)
class Apps:
    """What the apps wrote, and what the last one was told. ``said``: standard error."""

    folder: Path
    status: int
    said: str


@pytest.fixture(scope="module")
def apps(install: Install, tmp_path_factory: pytest.TempPathFactory) -> Apps:
    """Run them in a folder with nothing of the repository: two settings files of its own."""
    folder = tmp_path_factory.mktemp("apps")
    (folder / "deployments").mkdir()
    arn = "arn:aws:connect:eu-central-1:111111111111:instance/11111111-2222-4333-8444-555555555555"
    for name in ("live", "other"):
        (folder / "deployments" / f"{name}.json").write_text(json.dumps({"instanceArns": [arn]}))
    (folder / "their_apps.py").write_text(APPS)
    ran = _run([install("[cdk]") / "python", "their_apps.py"], folder)
    return Apps(folder, ran.returncode, ran.stderr)


def _outputs(assembly: Path, stack: str) -> set[str]:
    return set(json.loads((assembly / f"{stack}.template.json").read_text("utf-8"))["Outputs"])


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_another_app_has_the_construct_in_its_own_stack_with_the_very_asset(apps: Apps, tmp_path: Path) -> None:
    own = apps.folder / "own"
    assert {"TransferQueueUrl", "UrgentQueueArn", "LedgerTableName"} <= _outputs(own, "TheirOwnName"), apps.said
    [asset] = [path for path in own.glob("asset.*") if (path / "contact_transfer").is_dir()]
    build(tmp_path)
    assert _digests(asset) == _digests(tmp_path)


def test_two_deployments_stand_in_one_stack(apps: Apps) -> None:
    outputs = _outputs(apps.folder / "both", "Both")
    assert {"TransferQueueUrl", "OtherTransferQueueUrl", "OtherLedgerTableName"} <= outputs, apps.said


def test_a_stack_without_a_place_is_refused_with_a_sentence(apps: Apps) -> None:
    assert apps.status == 1
    assert "give the stack env=Environment(account='111111111111', region='eu-central-1')" in apps.said
