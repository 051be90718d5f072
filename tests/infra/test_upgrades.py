"""Whatever changes in a deployment's settings, the update works: nothing with a name of its own is replaced or moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_transfer_cdk.settings.deployment import parse

from .conftest import INSTANCE, OTHER
from .upgrades import collisions, complaints, identities

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

Content = Mapping[str, Any]
Template = dict[str, Any]
ACCOUNT = "arn:aws:connect:us-east-1:000000000000:instance"
INSTANCES = [INSTANCE, OTHER, f"{ACCOUNT}/11111111-0000-4000-8000-000000000003", f"{ACCOUNT}/4"]
SNS = "arn:aws:sns:us-east-1:000000000000"
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-0000-4000-8000-000000000000"
#: So many that the worker's role takes several policies.
FLOWS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(60)]
#: Names that are as alike as two routes' names may be.
ROUTES = ["night", "night1", "night-1", "night.1", "ni-ght", "1", "2"]


def _route(name: str, event: str, queue: str) -> dict[str, Any]:
    return {
        "name": name,
        "when": {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": [event]}},
        "transfer": {"contactFlowId": "flow-1", "queueId": queue},
        "priority": "urgent" if queue == "queue-2" else "normal",
    }


def _some(values: list[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    """Some of the values, in any order."""
    return st.lists(st.sampled_from(values), unique=True, min_size=least, max_size=len(values))


#: What each optional key may be.
OPTIONAL: dict[Any, st.SearchStrategy[Any]] = {
    "transfersPerSecond": st.sampled_from([1, 2]),
    "burst": st.sampled_from([4, 5]),
    "maximumConcurrency": st.sampled_from([2, 5]),
    "allowedChannels": st.sampled_from([["TASK"], ["TASK", "EMAIL"]]),
    "allowedContactFlowIds": st.sampled_from([[], ["flow-3"], FLOWS]).map(lambda some: [*some, "flow-1"]),
    "allowedQueueIds": _some(["queue-3"]).map(lambda some: [*some, "queue-2", "queue-1"]),
    "retryForHours": st.sampled_from([12, 24]),
    "ledgerDays": st.sampled_from([200, 400]),
    "confirmWithinMinutes": st.sampled_from([0, 5]),
    "producerPrincipals": _some(["111111111111", "arn:aws:iam::222222222222:role/producer"]),
    "alarmEmail": st.sampled_from([None, "a@example.com", "b@example.com"]),
    "alarmTopics": st.sampled_from([{}, {"page": f"{SNS}:pager"}, {"page": f"{SNS}:pager", "ticket": f"{SNS}:desk"}]),
    "alarms": st.sampled_from([{}, {"throttled": {"enabled": False}}, {"throttled": {"threshold": 7}}]),
    "runbookUrl": st.sampled_from([None, "https://example.com/runbook"]),
    "logLevel": st.sampled_from(["INFO", "DEBUG"]),
    "logRetentionDays": st.sampled_from([30, 90]),
    "tags": st.sampled_from([{}, {"CostCentre": "4711"}, {"CostCentre": "4712", "Team": "night"}]),
    "permissionsBoundary": st.sampled_from([None, "arn:aws:iam::000000000000:policy/bound"]),
    "queueKeyArn": st.sampled_from([None, KEY]),
    "dataKeyArn": st.sampled_from([None, KEY]),
    "quotaShare": st.sampled_from([0.5, 1]),
    "whenInDoubt": st.sampled_from(["repeat", "wait"]),
    "settleMinutes": st.sampled_from([5, 15]),
}


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """A settings file that is accepted."""
    events = st.sampled_from(["QUEUED", "CONTACT_DATA_UPDATED"])
    queues = st.sampled_from(["queue-1", "queue-2"])
    given_ = draw(st.fixed_dictionaries({}, optional=OPTIONAL))
    routes = [_route(name, draw(events), draw(queues)) for name in draw(_some(ROUTES))]
    quotas = {"DescribeContactFlow": {"rate": draw(st.sampled_from([20, 30])), "burst": 30}}
    return {**given_, "instanceArns": draw(_some(INSTANCES, 1)), "routes": routes, "quotas": quotas}


def _synthesized(folder: Path, content: Content) -> Template:
    """The template of a settings file; the asset is left out, since it is the same in all of them."""
    from aws_cdk import App  # noqa: PLC0415 - loads the CDK
    from aws_cdk import aws_lambda as lambda_  # noqa: PLC0415 - as above

    from app import defaults  # noqa: PLC0415 - as above
    from contact_transfer_cdk.stack import ContactTransferStack  # noqa: PLC0415 - as above

    app = App(
        context=defaults(),
        outdir=str(folder / "out"),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,  # the rules are held to the template in test_rules.py
    )
    code = lambda_.Code.from_asset(str(folder / "asset"))
    stack = ContactTransferStack(app, settings=parse("upgraded", content), code=code)
    path = Path(app.synth().get_stack_by_name(stack.stack_name).template_full_path)
    return dict(json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Content], Template]:
    """Synthesizes a settings file once."""
    from contact_transfer_cdk.node import use_node  # noqa: PLC0415 - before the CDK is loaded

    use_node()
    folder = tmp_path_factory.mktemp("upgrades")
    (folder / "asset").mkdir()
    made: dict[str, Template] = {}

    def synthesize(content: Content) -> Template:
        key = json.dumps(content, sort_keys=True)
        if key not in made:
            made[key] = _synthesized(folder, content)
        return made[key]

    return synthesize


def _pairs(templates: list[Template]) -> Iterator[tuple[Template, Template]]:
    yield from permutations(templates, 2)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(contents(), min_size=4, max_size=4))
def test_no_change_of_settings_replaces_or_moves_what_has_a_name(
    template: Callable[[Content], Template], given: list[Content]
) -> None:
    """Each example is four settings files, and with them twelve updates."""
    templates = [template(content) for content in given]
    assert [collisions(one) for one in templates] == [[], [], [], []]
    assert [list(complaints(before, after)) for before, after in _pairs(templates)] == [[]] * 12


@pytest.mark.parametrize("order", [[1], [1, 0], [2, 1, 0], [2, 0, 1, 3]])
def test_routes_and_instances_may_be_removed_reordered_and_added(
    template: Callable[[Content], Template], order: list[int]
) -> None:
    def content(numbers: list[int]) -> Content:
        routes = [_route(ROUTES[number], "QUEUED", "queue-1") for number in numbers]
        return {"instanceArns": [INSTANCES[number] for number in numbers], "routes": routes}

    before, after = template(content([0, 1, 2])), template(content(order))
    assert list(complaints(before, after)) == []
    kinds = {"AWS::Events::Rule": 4, "AWS::Lambda::Permission": 0, "AWS::Connect::IntegrationAssociation": 0}
    for kind, others in kinds.items():
        made = [resource for resource in after["Resources"].values() if resource["Type"] == kind]
        assert len(made) == len(order) + others


def test_the_comparison_sees_a_name_that_moves_and_a_replacement(template: Callable[[Content], Template]) -> None:
    """It is able to fail: positions in logical ids, as they once were, and a change of what is create-only."""
    routes = [_route(name, "QUEUED", "queue-1") for name in ("one", "two")]
    before = template({"instanceArns": [INSTANCE], "routes": routes})
    (rule,) = [name for name in before["Resources"] if "Routesone" in name]
    moved = deepcopy(before)
    moved["Resources"]["Route1"] = moved["Resources"].pop(rule)
    assert [text for text in complaints(before, moved) if f"from {rule} to Route1" in text]
    renamed = deepcopy(before)
    renamed["Resources"][rule]["Properties"]["Name"] = "another"
    assert list(complaints(before, renamed)) == [f"{rule}, which has a fixed name, is replaced: ['Name']"]
    (table,) = [name for name, one in before["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"]
    named = deepcopy(before)
    named["Resources"][table]["Properties"]["TableName"] = "ledger"
    assert list(complaints(before, named)) == [f"{table}, which is retained, is replaced: ['TableName']"]


def test_what_has_a_fixed_name_is_known(template: Callable[[Content], Template]) -> None:
    made = template({"instanceArns": [INSTANCE], "routes": [_route("one", "QUEUED", "queue-1")]})
    named = {one["Type"] for one in made["Resources"].values() if any(identities(one))}
    assert named >= {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Connect::IntegrationAssociation",
        "AWS::Events::Archive",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::Logs::LogGroup",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
    }
