"""Security rules and template rules: nothing found, and no exception without its finding."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Assembly, lint

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]


def _acknowledged(assembly: Assembly) -> list[Any]:
    return [found for plugin in assembly.report()["pluginReports"] for found in plugin["suppressedViolations"]]


def test_the_security_rules_ran_and_found_nothing_unexplained(assembly: Assembly) -> None:
    reports = {plugin["pluginName"]: plugin for plugin in assembly.report()["pluginReports"]}
    assert reports["AwsSolutions"]["conclusion"] == "success"
    assert reports["AwsSolutions"]["violations"] == []


def test_no_acknowledgement_is_stale(assembly: Assembly) -> None:
    """The CDK does not report an acknowledgement that nothing needs: compare what was made with what was used."""
    used = {(found["acknowledgedAt"], found["acknowledgedId"]) for found in _acknowledged(assembly)}
    assert used
    assert used == assembly.acknowledgements()


def test_each_acknowledgement_is_about_one_resource_and_says_why(assembly: Assembly) -> None:
    for found in _acknowledged(assembly):
        assert len(found["violatingConstructs"]) == 1
        assert found["acknowledgedAt"].split("/")[2] in {"Worker", "Flow", "Confirmation"}
        assert len(found["reason"]) > 40


def test_cfn_lint_finds_nothing(assembly: Assembly) -> None:
    assert lint(assembly) == []
