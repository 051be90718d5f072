"""CONTRIBUTING.md leads a newcomer: each recipe's first step makes the tests name what is missing, and its steps are enough."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.recipes.house import ROOT, House

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SERVICE = "lambda_src/contact_transfer"
Step = Callable[[House], None]


@dataclass(frozen=True)
class Recipe:
    """``first``: the step that a newcomer makes. ``names``: what the tests then say. ``rest``: the steps that make them pass."""

    title: str
    first: Step
    tests: Sequence[str]
    names: Sequence[str]
    rest: Sequence[Step] = ()


def _insert(path: str, after: str, lines: str) -> Step:
    return lambda house: house.insert(path, after, lines)


FIELD = Recipe(
    "Add a request field",
    _insert(f"{SERVICE}/request/fields.py", r"^_ROWS = \(", '    Field("ticket", Text(64), "The ticket"),\n'),
    [
        "tests/unit/test_request.py",
        "tests/unit/test_schemas.py",
        "tests/unit/test_pages.py",
        "tests/unit/test_examples.py",
    ],
    ["has no attribute 'ticket'", "request.json", "succeeded.json", "contract.md", "names_the_parameters_of_a_flow"],
    [
        _insert(f"{SERVICE}/request/model.py", r"^    contact_flow_id: str", "    ticket: str | None = None\n"),
        lambda house: _replace(house, "docs/doors.md", "optionally `requestId`", "optionally `ticket`, `requestId`"),
        House.make_schemas,
    ],
)
CODE = Recipe(
    "Add a failure code",
    _insert(
        f"{SERVICE}/transfer/failure_codes.py", r'^    """Every permanent failure', '    PAUSED = "ContactPaused"\n'
    ),
    [
        "tests/unit/test_failure_codes.py",
        "tests/unit/test_pages.py",
        "tests/unit/test_schemas.py",
        "tests/component/test_failures.py::test_every_code_is_produced_by_a_component_test",
    ],
    ["ContactPaused", "give a request that fails with it in tests/component/test_failures.py"],
    [
        _insert(
            f"{SERVICE}/transfer/failures.py",
            r"^    \{$",
            '        FailureCode.PAUSED: Failure("paused", _RACE, "it was paused", _DROP, Redrive.RECHECK, _ACCEPTED_NOW),\n',
        ),
        _insert(
            "tests/component/test_failures.py", r"^CASES: ", '    ("ContactPaused", _field(contactId="paused")),\n'
        ),
        House.make_schemas,
    ],
)
RULE = Recipe(
    "Add a rule",
    _insert(
        f"{SERVICE}/transfer/rules.py",
        r"^FLOW_TYPES = ",
        "\n\ndef check_paused(*, paused: bool) -> Failed | None:\n"
        '    """A paused contact is not transferred."""\n'
        '    return Failed(FailureCode.CONTACT_NOT_ACTIVE, "It is paused.") if paused else None\n',
    ),
    ["tests/unit/test_rules_are_used.py"],
    ["Nothing applies the rule check_paused", "No test calls the rule check_paused"],
    [
        _insert(
            f"{SERVICE}/transfer/eligibility.py",
            r"^class Eligibility",
            "    paused = rules.check_paused(paused=False)\n",
        ),
        _insert(
            "tests/unit/test_pure.py",
            r"^    return failed.code if failed",
            "\n\ndef test_a_paused_contact_is_not_transferred() -> None:\n    assert rules.check_paused(paused=True)\n",
        ),
    ],
)
SOURCE = Recipe(
    "Add a source",
    _insert(f"{SERVICE}/request/source.py", r"^    CLI = ", '    TOPIC = "topic"\n'),
    [
        "tests/component/test_sources.py",
        "tests/unit/test_pages.py::test_the_page_on_sources_has_a_row_for_each",
    ],
    ["add a way to send through it to WAYS: topic", "add a row to the first table of docs/doors.md"],
    [
        lambda house: _replace(
            house, f"{SERVICE}/request/source.py", "_MARKED = (Source.FLOW, ", "_MARKED = (Source.TOPIC, Source.FLOW, "
        ),
        _insert("tests/component/test_sources.py", r"^    Source.CLI: ", "    Source.TOPIC: _marked(Source.TOPIC),\n"),
        _insert("docs/doors.md", r"^\| `cli` \| ", "| `topic` | a topic | a subscription | no |\n"),
    ],
)
SETTING = Recipe(
    "Add a setting",
    _insert(
        f"{SERVICE}/config/settings_table.py",
        r"^_ROWS = \(",
        '    Setting("patience", Number(most=60, above=True), "minutes of patience", 5, _WORKER),\n',
    ),
    ["tests/unit/test_settings_table.py", "tests/infra/test_configuration_page.py"],
    ["patience"],
    [
        _insert(
            f"{SERVICE}/config/worker_settings.py",
            r'default\("settleMinutes"\)',
            '    patience: float = default("patience")\n',
        ),
        _insert("infra/contact_transfer_cdk/settings/model.py", r"^    settle_minutes: float", "    patience: float\n"),
        _insert("tests/infra/test_configuration_page.py", r"^    others: dict", '        "patience": 7,\n'),
        House.make_schemas,
    ],
)
METRIC = Recipe(
    "Add a metric",
    _insert(f"{SERVICE}/observability/metrics.py", r"^    PACED_WAIT = ", '    IGNORED = "Ignored"\n'),
    ["tests/ops/test_docs.py"],
    ["Ignored"],
    [_insert("docs/operators.md", r"`PacedWaitSeconds`", "| `Ignored` | requests that were ignored |\n")],
)
ALARM = Recipe(
    "Add an alarm",
    _insert(
        "infra/contact_transfer_cdk/monitoring/alarms.py",
        r"^def _all\(",
        "    from contact_transfer.observability.metrics import Metric\n"
        "    from contact_transfer_cdk.monitoring.measures import own\n"
        '    text = Text("Nothing happens", "Nothing happens.", "look.")\n'
        '    yield Alarm("too-quiet", Severity.TICKET, text, own(settings, Metric.LEDGER_CONFLICT))\n',
    ),
    [
        "tests/infra/test_alarms.py::test_every_alarms_text_says_what_to_do_and_ends_in_the_dashboards_address",
        "tests/infra/test_alarms.py::test_the_settings_can_adjust_every_alarm_and_no_other",
        "tests/infra/test_alarm_situations.py::test_every_alarm_has_a_situation_in_which_it_rings",
    ],
    ["too-quiet", "nothing-happens", "test_every_alarm_has_a_situation_in_which_it_rings"],
    [
        _insert(
            "infra/contact_transfer_cdk/settings/alarm_settings.py", r'^        "throttled",', '        "too-quiet",\n'
        ),
        _insert("docs/runbook.md", r"^# ", "\n## Nothing happens\n\nAlarm `too-quiet`. Look.\n"),
        lambda house: _replace(
            house,
            "docs/alarms.md",
            "`ledger-conflict` (page) 5 minutes |",
            "`ledger-conflict` (page) 5 minutes; `too-quiet` (ticket) 5 minutes |",
        ),
        House.make_schemas,
    ],
)
RECIPES = [FIELD, CODE, RULE, SOURCE, SETTING, METRIC, ALARM]


def _replace(house: House, path: str, old: str, new: str) -> None:
    file = house.root / path
    text = file.read_text("utf-8")
    assert old in text, f"{path} has no '{old}'"
    file.write_text(text.replace(old, new), "utf-8")


def test_every_recipe_of_the_page_is_followed() -> None:
    assert sorted(re.findall(r"^### (Add .*)$", PAGE, re.MULTILINE)) == sorted(recipe.title for recipe in RECIPES)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_the_recipe_names_the_tests_that_help(recipe: Recipe) -> None:
    section = PAGE.split(f"### {recipe.title}\n", 1)[1].split("\n### ", 1)[0]
    for test in (test.partition("::")[0] for test in recipe.tests):
        assert test in section or test.rpartition("/")[0] in re.findall(r"`(tests/\w+)`", section), test


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_after_the_first_step_the_tests_name_what_is_missing_and_after_all_steps_they_pass(
    recipe: Recipe, tmp_path: Path
) -> None:
    house = House.copied(tmp_path)
    recipe.first(house)
    said = house.test(*recipe.tests)
    assert [name for name in recipe.names if name not in said] == [], said[-3000:]
    for step in recipe.rest:
        step(house)
    assert not recipe.rest or house.test(*recipe.tests) == ""
