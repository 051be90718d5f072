"""The asset is what runs in Lambda: small, the same everywhere, and complete."""

from __future__ import annotations

import compileall
import hashlib
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.config.worker_settings import Settings
from contact_transfer_cdk.asset import build as asset_build
from contact_transfer_cdk.asset import bytecode
from contact_transfer_cdk.asset.build import LAMBDA_SRC, PYTHON, _refuse_compiled_parts, build
from contact_transfer_cdk.asset.modules import reachable
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.policies.calls import ALL_CALLS
from tests.made_by_the_stack import made

from .conftest import INSTANCE, Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

COMPILED = {".so", ".pyd", ".dylib", ".dll"}
ENDPOINTS = {
    "us-east-1": "amazonaws.com",
    "eu-central-1": "amazonaws.com",
    "us-gov-west-1": "amazonaws.com",
    "cn-north-1": "amazonaws.com.cn",
}
#: Runs in a clean interpreter that sees the asset and nothing else of ours.
PROBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import contact_transfer.worker
from contact_transfer import bootstrap
import botocore, aws_lambda_powertools
answer = {"files": [m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)]}
answer["endpoints"] = {
    region: {name: bootstrap.clients(region)[name].meta.endpoint_url for name in json.loads(sys.argv[3])}
    for region in json.loads(sys.argv[2])
}
answer["operations"] = {
    name: sorted(bootstrap.clients("us-east-1")[name].meta.service_model.operation_names) for name in json.loads(sys.argv[3])
}
print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def asset(assembly: Assembly) -> Path:
    return assembly.asset


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(folder: Path) -> str:
    parts = [f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in _files(folder)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _environment(**more: str) -> dict[str, str]:
    settings = Settings((INSTANCE,), **made()).to_environment()
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_CONFIG_FILE": os.devnull}
    return {"PATH": os.environ["PATH"], **settings, **keys, **more}


def _probe(asset: Path, python: str = sys.executable, **environment: str) -> Any:
    command = [
        python,
        "-I",
        "-S",
        "-c",
        PROBE,
        str(asset),
        json.dumps(sorted(ENDPOINTS)),
        json.dumps(sorted(ALL_CALLS)),
    ]
    result = subprocess.run(  # noqa: S603 - an interpreter and a program of ours
        command, env=_environment(**environment), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_nothing_in_it_is_compiled_for_one_machine(asset: Path) -> None:
    assert not [path for path in _files(asset) if path.suffix in COMPILED]


def test_it_holds_our_package_whole_and_of_others_what_that_imports(asset: Path) -> None:
    ours = {path.relative_to(LAMBDA_SRC) for path in (LAMBDA_SRC / "contact_transfer").rglob("*.py")}
    sources = {path.relative_to(asset) for path in _files(asset) if path.suffix == ".py"}
    assert ours <= sources
    assert sources == {path.relative_to(asset) for path in reachable(asset, "contact_transfer")}
    assert not [path for path in _files(asset) if "dist-info" in str(path) or "boto3" in path.parts]


def test_it_stays_under_four_megabytes_with_byte_code(asset: Path, tmp_path: Path) -> None:
    path = tmp_path / "asset.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _files(asset):
            archive.write(file, file.relative_to(asset))
    assert path.stat().st_size < 4_000_000


def test_building_it_again_gives_the_same_bytes(asset: Path, tmp_path: Path) -> None:
    build(tmp_path / "again")
    assert _digest(tmp_path / "again") == _digest(asset)


def test_its_clients_find_real_endpoints_in_every_partition(asset: Path) -> None:
    endpoints = _probe(asset)["endpoints"]
    for region, suffix in ENDPOINTS.items():
        assert endpoints[region] == {name: f"https://{name}.{region}.{suffix}" for name in ALL_CALLS}


def test_its_clients_obey_endpoint_variables(asset: Path) -> None:
    given = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_CONNECT": "http://127.0.0.1:2"}
    endpoints = _probe(asset, **given)["endpoints"]["us-east-1"]
    assert endpoints.pop("connect") == "http://127.0.0.1:2"
    assert set(endpoints.values()) == {"http://127.0.0.1:1"}


def test_its_sdk_knows_the_workers_calls_and_no_others(asset: Path) -> None:
    operations = _probe(asset)["operations"]
    assert operations == {service: sorted(calls) for service, calls in ALL_CALLS.items()}


def test_what_it_loads_comes_from_itself_or_the_standard_library(asset: Path) -> None:
    files = [Path(path) for path in _probe(asset)["files"]]
    others = [path for path in files if asset not in path.parents]
    assert len(others) < len(files)
    assert {Path(os.__file__).parent} >= {_library(path) for path in others}


def _library(path: Path) -> Path:
    """The standard library's folder when a file lies in it, and nowhere but there: not among installed packages."""
    library = Path(os.__file__).parent
    return library if library in path.parents and "site-packages" not in path.parts else path


@pytest.mark.skipif(bytecode.interpreter(PYTHON) is None, reason=f"no Python {PYTHON} here: the asset has no byte code")
class TestWithTheRuntimesInterpreter:
    def test_every_source_has_byte_code_that_needs_no_look_at_the_source(self, asset: Path) -> None:
        for source in [path for path in _files(asset) if path.suffix == ".py"]:
            compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-{PYTHON.replace('.', '')}.pyc"
            flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
            assert flags == 0b01, compiled  # by hash, unchecked

    def test_traces_name_the_place_where_lambda_unpacks_it(self, asset: Path) -> None:
        (compiled,) = (asset / "contact_transfer" / "__pycache__").glob("worker.*.pyc")
        assert b"/var/task/contact_transfer/worker.py" in compiled.read_bytes()

    def test_it_runs_on_the_runtimes_interpreter(self, asset: Path) -> None:
        python = bytecode.interpreter(PYTHON)
        assert python is not None
        assert set(_probe(asset, python)["operations"]) == set(ALL_CALLS)


def test_without_the_runtimes_interpreter_a_line_says_what_is_missing(
    asset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bytecode, "_candidates", lambda _minor: iter(["/nonexistent/python"]))
    build(tmp_path / "plain")
    assert f"no Python {PYTHON} here" in capsys.readouterr().err
    sources = {path.relative_to(asset) for path in _files(asset) if path.suffix != ".pyc"}
    assert {path.relative_to(tmp_path / "plain") for path in _files(tmp_path / "plain")} == sources


def test_a_package_with_compiled_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "core.cpython-313-aarch64-linux-gnu.so").touch()
    with pytest.raises(DeploymentError, match=r"package/core\.cpython-313-aarch64-linux-gnu\.so is compiled for one"):
        _refuse_compiled_parts(tmp_path)


def test_packages_that_do_not_match_their_hashes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "contact_transfer").mkdir()
    pins = (LAMBDA_SRC / "requirements.txt").read_text("utf-8").splitlines()
    six = next(number for number, line in enumerate(pins) if line.startswith("six=="))
    (tmp_path / "requirements.txt").write_text(f"{pins[six]}\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(DeploymentError, match="could not be installed"):
        build(tmp_path / "out", tmp_path, requirements=tmp_path / "requirements.txt")


def test_a_wheel_holds_the_pins_where_the_build_looks_for_them() -> None:
    wheel = tomllib.loads((LAMBDA_SRC.parent / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    place = wheel["force-include"]["lambda_src/requirements.txt"]
    assert Path(asset_build.__file__).with_name("requirements.txt") == LAMBDA_SRC.parent / "infra" / place
    assert {Path(package).name for package in wheel["packages"]} >= {"contact_transfer", "contact_transfer_cdk"}


def test_a_source_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def broken(:\n")
    with pytest.raises(DeploymentError, match=r"broken\.py"):
        bytecode.compile_all(tmp_path, sys.executable)
    assert not compileall.compile_dir(str(tmp_path), quiet=2)


def test_imports_are_followed_in_functions_and_by_name_and_not_for_type_checkers(tmp_path: Path) -> None:
    sources = {
        "app/__init__.py": "from app import one\n",
        "app/one.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import unseen\nelse:\n    import other\n",
        "app/two.py": "def late():\n    from lib.deep import thing\n",
        "lib/__init__.py": "",
        "lib/deep/__init__.py": "from ..near import x\n",
        "lib/near.py": "import importlib\nimportlib.import_module('lib.named')\n",
        "lib/named.py": "",
        "lib/idle.py": "",
        "other.py": "",
        "unseen.py": "",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = {str(path.relative_to(tmp_path)) for path in reachable(tmp_path, "app")}
    assert found == set(sources) - {"lib/idle.py", "unseen.py"}
