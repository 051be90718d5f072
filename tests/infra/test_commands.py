"""The commands end with one sentence and a non-zero status, before the CDK is started."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from contact_transfer_cdk import node
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import load
from tools import cdk

ROOT = Path(__file__).resolve().parent.parent.parent
NOWHERE = r"There is no deployment 'nowhere': deployments/ has .*local.*\.\n"


def test_the_cdk_runner_says_what_is_wrong_and_starts_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cdk, "HOME", Path("/nonexistent"))  # an installation there would fail
    assert cdk.main(["synth", "-c", "deployment=nowhere"]) == 1
    assert re.fullmatch(NOWHERE, capsys.readouterr().err)


def test_the_app_alone_says_it_in_the_same_words() -> None:
    environment = {**os.environ, "CDK_CONTEXT_JSON": json.dumps({"deployment": "nowhere"})}
    result = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert re.fullmatch(NOWHERE, result.stderr)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["synth"], "local"),
        (["deploy", "-c", "deployment=blue"], "blue"),
        (["diff", "--context=deployment=blue"], "blue"),
        (["deploy", "--context", "deployment=blue", "-c", "x=y"], "blue"),
    ],
)
def test_the_runner_checks_the_deployment_that_the_cdk_will_use(arguments: list[str], name: str) -> None:
    assert cdk.deployment(arguments) == name


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["deploy", "-c", "deployment=local"], 'make deploy DEPLOYMENT=local ARGS="--require-approval never"'),
        (["destroy", "-c", "deployment=local"], 'make destroy DEPLOYMENT=local ARGS="--force"'),
    ],
)
def test_a_question_that_nobody_can_answer_is_refused_at_once(arguments: list[str], answer: str) -> None:
    with pytest.raises(DeploymentError, match="There is no terminal") as refused:
        cdk.refuse_without_answer(arguments, terminal=False)
    assert answer in str(refused.value)
    cdk.refuse_without_answer(arguments, terminal=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["deploy", "--require-approval", "never", "--tags", "CostCentre=4711"],
        ["deploy", "--require-approval=any-change"],
        ["destroy", "--force"],
        ["destroy", "-f"],
        ["diff"],
        ["synth", "--quiet"],
    ],
)
def test_a_command_that_asks_nothing_needs_no_terminal(arguments: list[str]) -> None:
    cdk.refuse_without_answer(arguments, terminal=False)


def test_an_account_is_bootstrapped_without_a_synthesis() -> None:
    place = load("local").place
    assert cdk.environments(["bootstrap", "-c", "deployment=local"], place) == ["aws://000000000000/us-east-1"]
    assert cdk.environments(["bootstrap", "aws://111122223333/eu-west-1"], place) == []
    assert cdk.environments(["deploy"], place) == []


def test_a_synthesis_says_what_it_wrote_and_where(tmp_path: Path) -> None:
    (tmp_path / "ContactTransfer-x.template.json").write_text('{"Resources": {"A": {}, "B": {}}}')
    (tmp_path / "asset.1").mkdir()
    said = cdk.written(tmp_path, "x").splitlines()
    assert said == [
        f"{tmp_path}/ContactTransfer-x.template.json  0 KB, 2 resources",
        f"{tmp_path}/asset.1/  the functions' code",
    ]


def test_help_needs_neither_node_nor_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert cdk.main(["--help"]) == 0
    assert "python -m tools.cdk synth" in capsys.readouterr().out


def test_without_node_the_sentence_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node, "find_spec", lambda _name: None)
    with pytest.raises(DeploymentError, match="run 'make setup'"):
        node.find_node()


def test_setup_without_a_python_is_one_sentence() -> None:
    ran = subprocess.run(  # noqa: S603 - our own script
        [ROOT / "tools" / "setup.sh"],
        env={**os.environ, "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "needs Python 3.11 or later as 'no-such-python' (found: none)." in ran.stderr
