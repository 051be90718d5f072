"""A function runs here as it runs in Lambda: clean process, documented environment, honest ends."""

from __future__ import annotations

import json
import threading
from typing import Any

import psutil
import pytest

from local.lambda_runtime import Problem
from local.processes import wait_until
from tests.local.conftest import FunctionOf


def payload(**event: Any) -> bytes:
    return json.dumps(event).encode()


def test_the_environment_is_the_deployed_one_and_lambdas_own_and_nothing_else(
    function_of: FunctionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_PROCESS", "must not be seen")
    function = function_of("import os\ndef handler(event, context):\n    return dict(os.environ)\n")
    seen = json.loads(function.invoke(b"{}").payload)
    assert seen["GIVEN"] == "by the deployment"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "small"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert not {"OF_THIS_PROCESS", "PYTHONPATH", "VIRTUAL_ENV", "HOME"} & seen.keys()


def test_the_context_knows_the_deadline(function_of: FunctionOf) -> None:
    source = (
        "def handler(event, context):\n    return [context.get_remaining_time_in_millis(), context.aws_request_id]\n"
    )
    left, request_id = json.loads(function_of(source, timeout=3).invoke(b"{}").payload)
    assert 0 < left <= 3000
    assert request_id


def test_an_environment_is_reused_and_its_globals_live_on(function_of: FunctionOf) -> None:
    function = function_of("seen = []\ndef handler(event, context):\n    seen.append(1)\n    return len(seen)\n")
    assert [function.invoke(b"{}").payload for _ in range(3)] == [b"1", b"2", b"3"]
    assert function.environments_made == 1


def test_an_environment_is_replaced_after_as_many_invocations_as_asked(function_of: FunctionOf) -> None:
    function = function_of("import os\ndef handler(event, context):\n    return os.getpid()\n", recycle_after=2)
    pids = [function.invoke(b"{}").payload for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_an_exception_is_a_problem_and_the_environment_lives_on(function_of: FunctionOf) -> None:
    function = function_of("def handler(event, context):\n    raise KeyError('x')\n")
    answers = [function.invoke(b"{}") for _ in range(2)]
    assert [(a.problem, a.detail) for a in answers] == [(Problem.RAISED, "KeyError")] * 2
    assert function.environments_made == 1


def test_a_time_out_ends_the_process_and_all_it_started(function_of: FunctionOf) -> None:
    source = """
        import subprocess, time
        def handler(event, context):
            print("started", subprocess.Popen(["sleep", "600"]).pid, flush=True)
            time.sleep(600)
    """
    function = function_of(source, timeout=0.5)
    answer = function.invoke(b"{}")
    assert (answer.problem, answer.detail) == (Problem.TIMED_OUT, "Task timed out after 0.50 seconds")
    line = next(line for line in function.log.read_text().splitlines() if "started" in line)
    pid = int(line.split("started")[1].split()[0].strip('",'))
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", "the grandchild ends")


def test_a_crash_is_noticed_at_once_and_the_next_invocation_has_a_new_environment(function_of: FunctionOf) -> None:
    source = "import os\ndef handler(event, context):\n    os._exit(7) if event else None\n    return 'fine'\n"
    function = function_of(source, timeout=60)
    crashed = function.invoke(payload(crash=True))
    assert (crashed.problem, crashed.detail) == (Problem.CRASHED, "exit status 7")
    assert function.invoke(b"{}").payload == b'"fine"'
    assert function.environments_made == 2


def test_a_killed_environment_is_a_crash(function_of: FunctionOf) -> None:
    function = function_of("import time\ndef handler(event, context):\n    time.sleep(600)\n", timeout=60)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(function.invoke(b"{}")))
    thread.start()
    wait_until(lambda: function.log.exists() and "platform.start" in function.log.read_text(), "the invocation starts")
    assert function.kill_one()
    thread.join(10)
    assert seen[0].problem is Problem.CRASHED


def test_an_environment_that_is_killed_while_it_starts_never_began_the_invocation(function_of: FunctionOf) -> None:
    function = function_of("import time\ntime.sleep(600)\ndef handler(event, context):\n    return None\n")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(function.invoke(b"{}")))
    thread.start()
    assert not function.kill_one()
    wait_until(lambda: function.kill_one(starting=True), "an environment is starting")
    thread.join(10)
    assert seen[0].problem is Problem.INIT_FAILED
    assert "platform.start" not in function.log.read_text()


def test_a_module_that_cannot_be_imported_is_an_init_error(function_of: FunctionOf) -> None:
    answer = function_of("import there_is_no_such_module\n").invoke(b"{}")
    assert (answer.problem, answer.detail) == (Problem.INIT_FAILED, "Runtime.ImportModuleError")
    assert b"there_is_no_such_module" in answer.payload


def test_logs_are_json_lines_with_lambdas_own_beside_the_functions(function_of: FunctionOf) -> None:
    source = "import logging\ndef handler(event, context):\n    logging.getLogger().warning('by the handler')\n"
    function = function_of(source)
    function.invoke(b"{}")
    lines = [json.loads(line) for line in function.log.read_text().splitlines()]
    assert [line["message"] for line in lines if "message" in line] == ["by the handler"]
    assert [line["type"] for line in lines if "type" in line] == [
        "platform.initReport",
        "platform.start",
        "platform.report",
    ]


def test_a_payload_of_six_megabytes_arrives_whole(function_of: FunctionOf) -> None:
    function = function_of("def handler(event, context):\n    return len(event['body'])\n")
    assert function.invoke(payload(body="x" * 6_000_000)).payload == b"6000000"
