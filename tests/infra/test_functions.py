"""The flow function and the confirmation function in the template: what they may do, what they know, who may call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings
from contact_transfer.config.worker_settings import SettingsError
from contact_transfer_cdk.policies.calls import CONFIRM_CALLS, FLOW_CALLS, MAPPING_CALLS, Calls, action
from contact_transfer_cdk.service.environment import TELEMETRY

from .conftest import INSTANCE, Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

FUNCTIONS: list[Any] = [("Flow", FlowSettings), ("Confirmation", ConfirmSettings)]


def _variables(assembly: Assembly, name: str) -> dict[str, str]:
    values: dict[str, Any] = assembly.one("Lambda::Function", name)["Environment"]["Variables"]
    return {key: value if isinstance(value, str) else str(value["Ref"]) for key, value in values.items()}


def _statements(assembly: Assembly, name: str) -> list[dict[str, Any]]:
    found = []
    for statement in assembly.one("IAM::Policy", name)["PolicyDocument"]["Statement"]:
        given = statement["Action"]
        found.append(statement | {"Action": [given] if isinstance(given, str) else given})
    return found


def _needed(calls: Calls) -> set[str]:
    return {action(service, call) for service, names in calls.items() for call in names}


@pytest.mark.parametrize(("name", "settings"), FUNCTIONS)
def test_the_environment_parses_as_settings_and_no_variable_is_unused(
    assembly: Assembly, name: str, settings: Any
) -> None:
    variables = _variables(assembly, name)
    assert set(settings.from_environment(variables).to_environment()) == set(variables) - set(TELEMETRY)
    for key in set(variables) - set(TELEMETRY):
        with pytest.raises(SettingsError, match=key):
            settings.from_environment({k: v for k, v in variables.items() if k != key})


def test_the_flow_function_may_send_to_the_lanes_queues_and_nothing_else(assembly: Assembly) -> None:
    by_service: dict[str, list[dict[str, Any]]] = {}
    for statement in _statements(assembly, "Flow"):
        by_service.setdefault(statement["Action"][0].split(":")[0], []).append(statement)
    assert set(by_service) == {"sqs", "kms", "logs", "xray"}
    [send] = by_service["sqs"]
    assert set(send["Action"]) == _needed(FLOW_CALLS)
    queues = [assembly.logical("SQS::Queue", name) for name in ("Transfers", "Urgent")]
    assert send["Resource"] == [{"Fn::GetAtt": [queue, "Arn"]} for queue in queues]
    [key] = by_service["kms"]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}


def test_the_confirmation_function_may_read_and_write_the_ledger_and_publish(assembly: Assembly) -> None:
    statements = _statements(assembly, "Confirmation")
    given = {a for s in statements for a in s["Action"] if a.split(":")[0] in CONFIRM_CALLS}
    assert given == _needed(CONFIRM_CALLS) | set(MAPPING_CALLS)
    assert {a.split(":")[0] for s in statements for a in s["Action"]} - set(CONFIRM_CALLS) == {"kms", "logs", "xray"}
    queues = [s["Resource"] for s in statements if s["Action"][0].startswith("sqs:")]
    assert queues == [assembly.arn("SQS::Queue", "ConfirmationEvents")]


def test_each_instance_may_invoke_the_flow_function_and_shows_it(assembly: Assembly) -> None:
    function = assembly.arn("Lambda::Function", "Flow")
    permission = assembly.one("Lambda::Permission")
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "connect.amazonaws.com",
        "SourceAccount": "000000000000",
        "SourceArn": INSTANCE,
    }
    assert assembly.one("Connect::IntegrationAssociation") == {
        "InstanceId": INSTANCE,
        "IntegrationType": "LAMBDA_FUNCTION",
        "IntegrationArn": function,
    }


def test_the_flow_function_ends_within_what_a_flow_waits(assembly: Assembly) -> None:
    function = assembly.one("Lambda::Function", "Flow")
    assert function["Timeout"] == 8
    assert function["Handler"] == "contact_transfer.flow.handler"
    assert assembly.one("Lambda::Function", "Confirmation")["Handler"] == "contact_transfer.confirm.handler"


def test_all_functions_run_one_asset_on_one_runtime(assembly: Assembly) -> None:
    functions = [resource["Properties"] for resource in assembly.of_type("Lambda::Function").values()]
    assert len(functions) == 3
    for key in ("Code", "Runtime", "Architectures", "TracingConfig"):
        assert all(function[key] == functions[0][key] for function in functions), key


def test_the_flow_functions_arn_fits_into_an_association() -> None:
    longest = len("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:") + 64
    assert longest <= 140


def test_the_confirmations_queue_waits_six_time_outs_and_gives_up_into_its_own_dead_letter_queue(
    assembly: Assembly,
) -> None:
    queue = assembly.one("SQS::Queue", "ConfirmationEvents")
    dead = assembly.logical("SQS::Queue", "ConfirmationFailed")
    assert queue["VisibilityTimeout"] >= 6 * assembly.one("Lambda::Function", "Confirmation")["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead, "Arn"]}
    dead_queue = assembly.one("SQS::Queue", "ConfirmationFailed")
    assert dead_queue["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_contacts_that_follow_no_other_reach_no_queue(assembly: Assembly) -> None:
    """What costs nothing: EventBridge drops every event of a contact that nobody transferred."""
    detail = assembly.one("Events::Rule", "ConfirmationArrivals")["EventPattern"]["detail"]
    assert detail["previousContactId"] == [{"exists": True}]
    assert detail["eventType"] == ["QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED"]
    assert detail["channel"] == [{"equals-ignore-case": "EMAIL"}, {"equals-ignore-case": "TASK"}]
    assert detail["instanceArn"] == [{"suffix": f":instance/{INSTANCE.rpartition('/')[2]}"}]


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_no_log_level_makes_lambda_drop_metrics(
    synthesize: Callable[[str, Mapping[str, Any]], Assembly], level: str
) -> None:
    """Metrics are log lines without a level, which Lambda takes for INFO."""
    made = synthesize(f"log-level-{level.lower()}", {"instanceArns": [INSTANCE], "logLevel": level})
    functions = [function["Properties"] for function in made.of_type("Lambda::Function").values()]
    assert len(functions) >= 3
    for function in functions:
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert function["LoggingConfig"]["ApplicationLogLevel"] in {"TRACE", "DEBUG", "INFO"}
