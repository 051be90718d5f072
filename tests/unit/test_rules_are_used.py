"""Every rule of a transfer is applied by the service and has a case of its own."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from contact_transfer.transfer import rules

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "lambda_src" / "contact_transfer"
RULES = [name for name, one in inspect.getmembers(rules, inspect.isfunction) if one.__module__ == rules.__name__]


def _uses(folder: Path, name: str) -> list[Path]:
    own = {Path(rules.__file__), Path(__file__)}
    return [path for path in folder.rglob("*.py") if path not in own and f"{name}(" in path.read_text("utf-8")]


@pytest.mark.parametrize("name", RULES)
def test_the_service_applies_the_rule(name: str) -> None:
    assert _uses(SERVICE, name), f"Nothing applies the rule {name}: call it in transfer/eligibility.py."


@pytest.mark.parametrize("name", RULES)
def test_the_rule_has_a_case(name: str) -> None:
    found = _uses(ROOT / "tests" / "unit", name) + _uses(ROOT / "tests" / "component", name)
    assert found, f"No test calls the rule {name}: add a case for each of its answers to tests/unit."


@pytest.mark.parametrize("name", RULES)
def test_what_may_pass_is_named_for_what_it_checks(name: str) -> None:
    may_pass = "None" in str(inspect.signature(getattr(rules, name)).return_annotation)
    assert name.startswith(("check_", "unmet_")) == may_pass, "a rule that may pass is check_… or named by its failure"
