"""A field, a failure code and a setting are added in their table, on a copy, and everything that needs to know picks them up.

Where a step is left out, a test of the copy names the place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recipes.house import House

FIELDS, MODEL = "lambda_src/contact_transfer/request/fields.py", "lambda_src/contact_transfer/request/model.py"
CODES = "lambda_src/contact_transfer/transfer/failure_codes.py"
FAILURES = "lambda_src/contact_transfer/transfer/failures.py"
SETTINGS = "lambda_src/contact_transfer/config/settings_table.py"

FIELD_ROWS = """    Field("tryGently", Boolean(), "Whether it is done gently", shown=True, option="gently"),
    Field("tier", Choice(("gold", "silver")), "The customer's tier", shown=True, option="tier"),
    Field("notedAt", Time(), "RFC 3339; when it was noted", events=frozenset({"Contact Transfer Failed"}), option="noted-at"),
"""
ATTRIBUTES = """    try_gently: bool | None = None
    tier: str | None = None
    noted_at: float | None = None
"""
END_OF_FIELDS = ")\nFIELDS: Mapping"
END_OF_ATTRIBUTES = "    source: Source = "


@pytest.fixture
def altered(tmp_path: Path) -> House:
    return House.copied(tmp_path)


def with_fields(altered: House) -> None:
    altered.insert_before(FIELDS, END_OF_FIELDS, FIELD_ROWS)
    altered.insert_before(MODEL, END_OF_ATTRIBUTES, ATTRIBUTES)


FIELD_PROGRAM = """
import json, random
import typer
from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_event import read_flow_event
from contact_transfer.messaging import outcome_events
from contact_transfer.request.event_types import CONFIRMED, FAILED
from contact_transfer.request.model import from_snapshot, shown
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.outcome import Failed, Transferred
from tests.properties.bodies import INSTANCE_ARN, SETTINGS, fields_of_request
from tests.simulation import generate_fields, rules_events
from tools import pages, schemas
from transfers_cli.main import app

base = {"contactId": "c", "contactFlowId": "f"}
given = base | {"tryGently": True, "tier": "gold", "notedAt": "2026-03-01T10:30:00+01:00"}

def refused(**fields):
    try:
        read_request(base | fields, SETTINGS)
    except Refused as error:
        return error.failed.message

request = read_request(given, SETTINGS)
plain = read_request(base, SETTINGS)
flow = {"Details": {"ContactData": {"ContactId": "c", "Channel": "TASK", "InstanceARN": INSTANCE_ARN},
                    "Parameters": {"contactFlowId": "f", "tryGently": "true"}}}
asked = read_flow_event(flow, FlowSettings((INSTANCE_ARN,), "queue", "urgent"))
send = typer.main.get_command(app).commands["send"]
print(json.dumps({
    "read": [request.try_gently, request.tier, request.noted_at],
    "refused": [refused(tryGently="true"), refused(tier="lead"), refused(notedAt="today"), refused(try_gently=True)],
    "same": request.name == plain.name and request.client_token == plain.client_token,
    "schema": {name: schemas.request()["properties"][name] for name in ("tryGently", "tier", "notedAt")},
    "succeeded": outcome_events.succeeded(request.public(), Transferred("n", None, 1)).detail,
    "failed": outcome_events.failed(request.public(), Failed(FailureCode.FLOW_NOT_FOUND, "x"), "m", "t").detail,
    "in schemas": ["tier" in schemas.succeeded()["properties"], "notedAt" in schemas.succeeded()["properties"],
                   "notedAt" in schemas.failed()["properties"]],
    "confirmed": from_snapshot(request.snapshot(), CONFIRMED),
    "snapshot": request.snapshot(),
    "status": shown(request.snapshot()),
    "send": sorted(option for one in send.params for option in (*one.opts, *one.secondary_opts)),
    "flow": [asked.request.try_gently, json.loads(asked.body)["tryGently"]],
    "page": [line for line in pages.fields_of_a_request().splitlines() if line.startswith(("| `tryGently`", "| `tier`"))],
    "generated": sorted({name for seed in range(50) for name in fields_of_request(random.Random(seed))}),
    "simulated": sorted({name for number in range(50) for name, _ in generate_fields.others(number)}),
    "audited": sorted(rules_events.REQUEST_IN_SUCCESS),
}))
"""


REFUSALS = [
    "tryGently must be true or false.",
    "tier must be gold or silver.",
    "notedAt is not a time in RFC 3339 with an offset, as in 2026-03-01T09:30:00Z.",
    "try_gently is not a field of a request (did you mean tryGently?).",
]
PAGE = [
    "| `tryGently` | no | whether it is done gently, `true` or `false` |",
    "| `tier` | no | the customer's tier, `gold` or `silver` |",
]


def test_a_field_is_picked_up_everywhere(altered: House) -> None:
    with_fields(altered)
    seen = altered.run(FIELD_PROGRAM)
    values = {"tryGently": True, "tier": "gold"}
    text = {"tryGently": "true", "tier": "gold"}
    assert seen["read"] == [True, "gold", 1_772_357_400.0]
    assert seen["refused"] == REFUSALS
    assert seen["same"], "they are no part of a request's identity"
    assert seen["schema"]["tryGently"] == {"type": "boolean", "description": "Whether it is done gently"}
    assert seen["schema"]["tier"]["enum"] == ["gold", "silver"]
    assert seen["schema"]["notedAt"]["format"] == "date-time"
    assert seen["succeeded"].items() >= values.items()
    assert "notedAt" not in seen["succeeded"]
    assert seen["failed"].items() >= (values | {"notedAt": "2026-03-01T09:30:00.000Z"}).items()
    assert seen["in schemas"] == [True, False, True]
    assert seen["confirmed"] == {"contactFlowId": "f", **values}
    assert seen["snapshot"].items() >= (text | {"notedAt": "2026-03-01T09:30:00.000Z"}).items()
    assert seen["status"] == text
    assert set(seen["send"]) >= {"--gently", "--no-gently", "--tier", "--noted-at"}
    assert seen["flow"] == [True, True]
    assert seen["page"] == PAGE
    assert set(seen["generated"]) >= {"tryGently", "tier", "notedAt"}
    assert set(seen["simulated"]) >= {"tryGently", "tier", "notedAt"}
    assert {"tryGently", "tier"} <= set(seen["audited"])
    assert "notedAt" not in seen["audited"]


def test_a_field_without_its_attribute_is_named(altered: House) -> None:
    altered.insert_before(FIELDS, END_OF_FIELDS, FIELD_ROWS)
    said = altered.test("tests/unit/test_fields.py")
    assert "TransferRequest in request/model.py lacks: noted_at, tier, try_gently" in said


def test_a_field_without_its_row_is_named(altered: House) -> None:
    altered.insert_before(MODEL, END_OF_ATTRIBUTES, ATTRIBUTES)
    said = altered.test("tests/unit/test_fields.py")
    assert "FIELDS in request/fields.py lacks: noted_at, tier, try_gently" in said


def test_a_field_that_the_documentation_lacks_is_named(altered: House) -> None:
    with_fields(altered)
    said = altered.test("tests/unit/test_pages.py", "tests/unit/test_schemas.py")
    assert "run: make schemas" in said
    assert "test_a_page_has_the_tables_of_the_code[contract.md]" in said
    assert "test_docs_are_up_to_date[request.json]" in said


MEMBER = '    TOO_HEAVY = "TooHeavy"\n'
ENTRY = """        FailureCode.TOO_HEAVY: Failure(
            "the contact is too heavy",
            _CONFIGURATION,
            "the contact weighs too much",
            "make it lighter; redrive",
            Redrive.IF_FIXED,
            "Once it is lighter.",
        ),
"""
CODE_PROGRAM = """
import json
from contact_transfer.observability.metrics import Metric, reasons
from tools import pages, schemas
from transfers_cli.failed.parked import Parked
from transfers_cli.failed import prospect as prospects
prospect = prospects._by_code("TooHeavy")
print(json.dumps({
    "schema": schemas.failed()["properties"]["failureCode"]["enum"],
    "metric": reasons(Metric.FAILED),
    "pages": pages.failure_codes() + pages.remedies(),
    "redrive": [str(prospect.prospect), prospect.why],
}))
"""


def test_a_failure_code_is_picked_up_everywhere(altered: House) -> None:
    altered.insert_before(CODES, "\n\nclass FailureClass", MEMBER)
    altered.insert_before(FAILURES, "    }\n)\n\n\ndef failure(", ENTRY)
    seen = altered.run(CODE_PROGRAM)
    assert "TooHeavy" in seen["schema"]
    assert "TooHeavy" in seen["metric"]
    assert "| `TooHeavy` | the contact is too heavy | configuration |" in seen["pages"]
    assert "| `TooHeavy` | the contact weighs too much | make it lighter; redrive |" in seen["pages"]
    assert seen["redrive"] == ["if-fixed", "Once it is lighter."]


def test_a_failure_code_without_an_entry_is_named(altered: House) -> None:
    altered.insert_before(CODES, "\n\nclass FailureClass", MEMBER)
    said = altered.test("tests/unit/test_failure_codes.py")
    assert "add to FAILURES in transfer/failures.py: TooHeavy" in said


def test_a_failure_code_that_the_simulation_lacks_is_named(altered: House) -> None:
    altered.insert_before(CODES, "\n\nclass FailureClass", MEMBER)
    altered.insert_before(FAILURES, "    }\n)\n\n\ndef failure(", ENTRY)
    said = altered.test("tests/simulation/test_codes.py")
    assert "add to generate_requests.WRONG or truths.TRUE_WHEN: TooHeavy" in said


ROW = '    Setting("greetWithinSeconds", Number(most=60, above=True), "seconds until it greets", 3, _WORKER),\n'
END_OF_SETTINGS = '    _made_by_the_stack("transferQueueUrl"'
WORKER = "lambda_src/contact_transfer/config/worker_settings.py"
DEPLOYMENT = "infra/contact_transfer_cdk/settings/model.py"
SETTING_PROGRAM = """
import json
from contact_transfer.config.worker_settings import Settings
from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.deployment import parse
from tests.made_by_the_stack import made
from tests.properties.bodies import INSTANCE_ARN
from tools import pages, schemas

def parsed(**given):
    return parse("x", {"instanceArns": [INSTANCE_ARN], **given}).for_worker(**made())

def refused(value):
    try:
        parsed(greetWithinSeconds=value)
    except DeploymentError as error:
        return str(error)

print(json.dumps({
    "default": parsed().to_environment()["GREET_WITHIN_SECONDS"],
    "given": Settings.from_environment(parsed(greetWithinSeconds=0.5).to_environment()).greet_within_seconds,
    "refused": refused(61),
    "schema": schemas.SCHEMAS["deployment.json"]()["properties"]["greetWithinSeconds"],
    "page": [line for line in pages.settings_rows().splitlines() if "greet" in line],
}))
"""


def with_setting(altered: House) -> None:
    altered.insert_before(SETTINGS, END_OF_SETTINGS, ROW)
    altered.insert_before(
        WORKER, "    routes: Mapping", '    greet_within_seconds: float = default("greetWithinSeconds")\n'
    )


def test_a_setting_is_picked_up_everywhere(altered: House) -> None:
    with_setting(altered)
    altered.insert_before(DEPLOYMENT, "    settle_minutes: float\n", "    greet_within_seconds: float\n")
    seen = altered.run(SETTING_PROGRAM)
    assert seen["default"] == "3"
    assert seen["given"] == 0.5
    assert "'greetWithinSeconds' must be a number above 0 and up to 60" in seen["refused"]
    assert seen["schema"].items() >= {"exclusiveMinimum": 0, "maximum": 60, "default": 3}.items()
    assert seen["page"] == ["| `greetWithinSeconds` | `3` | seconds until it greets; above 0 to 60 |"]


def test_a_setting_without_its_attributes_is_named(altered: House) -> None:
    altered.insert_before(SETTINGS, END_OF_SETTINGS, ROW)
    said = altered.test("tests/unit/test_settings_table.py")
    assert "Settings in config/ lacks: greet_within_seconds" in said
    assert "DeploymentSettings in contact_transfer_cdk lacks: greet_within_seconds" in said
