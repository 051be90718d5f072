"""The table of settings and the typed settings of the functions hold together, and the codec loses nothing."""

from __future__ import annotations

import dataclasses
import json

import pytest

from contact_transfer.config import settings_table
from contact_transfer.config.codec import Environment
from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings
from contact_transfer.config.kinds import Quota, SettingsError
from contact_transfer.config.setting import REQUIRED
from contact_transfer.config.settings_table import SETTINGS
from contact_transfer.config.worker_settings import Settings
from contact_transfer_cdk.settings.deployment import DeploymentSettings
from tests.made_by_the_stack import made

TYPED: list[type[Environment]] = [Settings, FlowSettings, ConfirmSettings]
ARN = "arn:aws:connect:eu-west-2:111122223333:instance/inst"
WORKER = Settings(
    (ARN,),
    transfers_per_second=1 / 3,
    quotas={
        "DescribeContact": Quota(20, 30),
        "DescribeContactFlow": Quota(2, 5),
        "ListAssociatedContacts": Quota(2, 5),
    },
    allowed_queue_ids=frozenset({"a", "b"}),
    retry_for_hours=0.0005,
    when_in_doubt="wait",
    routes={"night": 1, "weekend": 11},
    **made(),
)


@pytest.mark.parametrize("typed", TYPED)
def test_attributes_are_the_rows_of_the_function(typed: type[Environment]) -> None:
    rows = {row.attribute for row in settings_table.of_function(typed.FUNCTION)}
    attributes = {entry.name for entry in dataclasses.fields(typed)}  # type: ignore[arg-type] # all of them are dataclasses
    missing, extra = sorted(rows - attributes), sorted(attributes - rows)
    assert not missing, f"{typed.__name__} in config/ lacks: {', '.join(missing)}"
    assert not extra, f"SETTINGS in settings_table.py lacks for {typed.__name__}: {', '.join(extra)}"


def test_a_deployment_has_an_attribute_for_every_key_of_its_file() -> None:
    attributes = {entry.name for entry in dataclasses.fields(DeploymentSettings)}
    # the instances are parsed from their ARNs
    missing = sorted({row.attribute for row in settings_table.of_file()} - attributes - {"instance_arns"})
    assert not missing, f"DeploymentSettings in contact_transfer_cdk lacks: {', '.join(missing)}"


@pytest.mark.parametrize("typed", TYPED)
def test_defaults_of_attributes_are_the_tables(typed: type[Environment]) -> None:
    for entry in dataclasses.fields(typed):  # type: ignore[arg-type] # all of them are dataclasses
        row = next(row for row in SETTINGS.values() if row.attribute == entry.name)
        made = entry.default if entry.default_factory is dataclasses.MISSING else entry.default_factory()
        assert made == (dataclasses.MISSING if row.default is REQUIRED else settings_table.default(row.name)), (
            entry.name
        )


@pytest.mark.parametrize(
    "settings",
    [
        WORKER,
        FlowSettings((ARN,), "https://t", "https://u", routes={"r": 2}),
        ConfirmSettings((ARN,), "q", "b", "t", 1.5),
    ],
)
def test_the_codec_reads_what_it_writes(settings: Environment) -> None:
    assert type(settings).from_environment(settings.to_environment()) == settings


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("LEDGER_TABLE_NAME", "", "LEDGER_TABLE_NAME is empty"),
        ("INSTANCE_ARNS", ",", "INSTANCE_ARNS names no Amazon Connect instance"),
        ("BURST", "many", "BURST is not a number"),
        ("BURST", "0", "BURST must be above 0"),
        ("BURST", "nan", "BURST must be above 0"),
        ("BURST", "inf", "BURST must be above 0"),
        ("MAXIMUM_CONCURRENCY", "2.5", "MAXIMUM_CONCURRENCY is not a whole number"),
        ("WHEN_IN_DOUBT", "guess", "WHEN_IN_DOUBT must be repeat or wait"),
        ("QUOTAS", "[]", "QUOTAS is not an object of operations with rate and burst"),
        ("ROUTES", "night", "ROUTES is not a list of names with counts"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment(WORKER.to_environment() | {variable: text})


def test_a_missing_variable_is_named() -> None:
    for row in settings_table.of_function(Settings.FUNCTION):
        rest = {name: text for name, text in WORKER.to_environment().items() if name != row.variable}
        with pytest.raises(SettingsError, match=f"{row.variable} is not set"):
            Settings.from_environment(rest)


def test_rows_have_names_of_their_own_and_descriptions() -> None:
    names = [name.lower() for name in SETTINGS]
    assert len(set(names)) == len(names)
    for row in SETTINGS.values():
        assert row.meaning
        assert not row.meaning.endswith(".")
        assert row.in_file or row.default is REQUIRED
        if row.default is not REQUIRED:
            json.dumps(row.default)
