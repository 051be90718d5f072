"""Code and template hold together both ways: what the code needs the template gives, and it gives nothing else."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from contact_transfer import bootstrap
from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import of_function
from contact_transfer.config.worker_settings import Settings, SettingsError
from contact_transfer.connect import rate_limiter
from contact_transfer.observability import metrics
from contact_transfer.transfer import clock, flow_check, service
from contact_transfer_cdk.policies.calls import ALL_CALLS, MAPPING_CALLS, WORKER_CALLS, action
from contact_transfer_cdk.service.environment import TELEMETRY
from contact_transfer_cdk.settings.checks import FLOW_CACHE_SECONDS
from contact_transfer_cdk.settings.deployment import load
from contact_transfer_cdk.settings.sizing import Sizing

from .conftest import Assembly

SOURCES = Path(service.__file__).parent
synthesized = [pytest.mark.synth, pytest.mark.xdist_group("synth")]


def _calls_in_the_code() -> set[str]:
    """The methods that the adapters call on their clients, or hand to a caller: ``self._client.<operation>``."""
    found = set()
    for path in SOURCES.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == "_client"
            ):
                found.add(node.attr)
    return found & _operations()


def _operations() -> set[str]:
    """Every operation of the services in the table, by the name of its method: ``_client`` may also be an adapter of ours."""
    session = botocore.session.get_session()
    models = [session.get_service_model(name) for name in ALL_CALLS]
    return {xform_name(operation) for model in models for operation in model.operation_names}


def _variables(assembly: Assembly) -> dict[str, str]:
    """The worker's environment with names in place of references."""
    values: dict[str, Any] = assembly.one("Lambda::Function", "Worker")["Environment"]["Variables"]
    return {name: value if isinstance(value, str) else _referred(value) for name, value in values.items()}


def _referred(value: Mapping[str, Any]) -> str:
    return str(value["Ref"]) if "Ref" in value else ".".join(value["Fn::GetAtt"])


def _actions(assembly: Assembly) -> set[str]:
    actions: set[str] = set()
    for statement in assembly.one("IAM::Policy", "Worker")["PolicyDocument"]["Statement"]:
        given = statement["Action"]
        actions.update([given] if isinstance(given, str) else given)
    return actions


def test_the_table_of_calls_is_what_the_code_calls() -> None:
    assert _calls_in_the_code() == {xform_name(call) for calls in ALL_CALLS.values() for call in calls}


class TestAgainstTheTemplate:
    pytestmark = synthesized

    def test_iam_actions_are_the_calls(self, assembly: Assembly) -> None:
        needed = {action(service_name, call) for service_name, calls in WORKER_CALLS.items() for call in calls}
        given = {a for a in _actions(assembly) if a.split(":")[0] in WORKER_CALLS}
        assert given == needed | set(MAPPING_CALLS)

    def test_what_else_is_permitted_is_keys_logs_and_traces(self, assembly: Assembly) -> None:
        others = {a for a in _actions(assembly) if a.split(":")[0] not in WORKER_CALLS}
        assert {a.split(":")[0] for a in others} == {"iam", "kms", "logs", "xray"}
        assert {a for a in others if a.startswith("iam:")} == {"iam:PassRole"}

    def test_the_environment_parses_as_settings(self, assembly: Assembly) -> None:
        variables = _variables(assembly)
        settings = Settings.from_environment(variables)
        assert set(settings.to_environment()) == set(variables) - set(TELEMETRY)
        by_the_stack = {
            row.attribute: variables[row.variable] for row in of_function(Function.WORKER) if not row.in_file
        }
        assert settings == load("local").for_worker(**by_the_stack)

    def test_no_variable_is_unused(self, assembly: Assembly) -> None:
        variables = _variables(assembly)
        for name in set(variables) - set(TELEMETRY):
            without = {key: value for key, value in variables.items() if key != name}
            with pytest.raises(SettingsError, match=name):
                Settings.from_environment(without)

    def test_the_telemetrys_variables_are_its_names(self, assembly: Assembly) -> None:
        variables = _variables(assembly)
        assert variables["POWERTOOLS_SERVICE_NAME"] == metrics.SERVICE
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == metrics.NAMESPACE

    def test_the_environment_points_at_the_stacks_own_things(self, assembly: Assembly) -> None:
        variables = _variables(assembly)
        assert variables["TRANSFER_QUEUE_URL"] in assembly.of_type("SQS::Queue")
        assert variables["DEAD_LETTER_QUEUE_URL"] in assembly.of_type("SQS::Queue")
        assert variables["URGENT_QUEUE_URL"] in assembly.of_type("SQS::Queue")
        assert len({variables[f"{name}_QUEUE_URL"] for name in ("TRANSFER", "URGENT", "DEAD_LETTER")}) == 3
        assert variables["LEDGER_TABLE_NAME"] in assembly.of_type("DynamoDB::Table")
        assert variables["SCHEDULE_GROUP_NAME"] in assembly.of_type("Scheduler::ScheduleGroup")
        assert variables["SCHEDULE_ROLE_ARN"].removesuffix(".Arn") in assembly.of_type("IAM::Role")
        assert variables["EVENT_BUS_NAME"] == assembly.one("Events::EventBus")["Name"]

    def test_the_workers_that_share_the_pace_are_those_that_run(self, assembly: Assembly) -> None:
        workers = Settings.from_environment(_variables(assembly)).maximum_concurrency
        for mapping in ("WorkerMapping", "WorkerUrgentMapping"):  # each lane has its workers
            assert assembly.one("Lambda::EventSourceMapping", mapping)["ScalingConfig"] == {
                "MaximumConcurrency": workers
            }

    def test_visibility_outlasts_six_time_outs_of_the_function(self, assembly: Assembly) -> None:
        timeout = assembly.one("Lambda::Function", "Worker")["Timeout"]
        assert assembly.one("SQS::Queue", "Transfers")["VisibilityTimeout"] >= 6 * timeout

    def test_a_call_to_connect_fits_into_the_time_out(self, assembly: Assembly) -> None:
        timeout = assembly.one("Lambda::Function", "Worker")["Timeout"]
        assert timeout > bootstrap.CALL_SECONDS + rate_limiter.TAIL_SECONDS


def test_the_numbers_that_the_checks_assume_are_the_codes() -> None:
    sizing = Sizing()
    assert sizing.lease_margin_seconds == service.LEASE_MARGIN_SECONDS
    assert sizing.reserve_seconds == bootstrap.CALL_SECONDS + rate_limiter.TAIL_SECONDS
    assert sizing.mean_backoff_seconds == clock.LONGEST_BACKOFF_SECONDS / 2
    assert flow_check.REMEMBER_SECONDS == FLOW_CACHE_SECONDS
