"""The cost model: every line has a price with a source, idle is idle, and the counts follow the settings."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer import Typer
from typer.testing import CliRunner

from infra.settings import DeploymentSettings, load
from ops.cost.command import cost
from ops.cost.model import Volume, busy, idle
from ops.cost.peers import peers
from ops.cost.prices import LIST, Item, Prices
from ops.main import run


@pytest.fixture(scope="module")
def settings() -> DeploymentSettings:
    return load("local")


def line(items: list[Item], what: str) -> Item:
    return next(item for item in items if item.what == what)


def test_every_line_has_a_price_and_every_price_a_use_and_a_source(settings: DeploymentSettings) -> None:
    volume = Volume(1000)
    bills = [
        *idle(settings),
        *busy(settings, volume),
        *(item for items in peers(settings, volume).values() for item in items),
    ]
    content = json.loads(LIST.read_text())
    assert {item.price for item in bills} == set(content["prices"])
    assert all(price["source"].startswith("https://aws.amazon.com/") for price in content["prices"].values())
    assert content["date"]


def test_nothing_transferred_costs_nothing_on_top_of_idle(settings: DeploymentSettings) -> None:
    listed = Prices.read()
    assert listed.total(list(busy(settings, Volume(0)))) == 0
    assert 0 < listed.total(list(idle(settings))) < 15


def test_the_cost_is_in_proportion_to_the_volume_but_for_what_is_paid_by_the_month(
    settings: DeploymentSettings,
) -> None:
    listed = Prices.read()

    def without_metrics(transfers: float) -> float:
        return listed.total([item for item in busy(settings, Volume(transfers)) if item.price != "metric_month"])

    assert without_metrics(2e6) == pytest.approx(2 * without_metrics(1e6))


def test_the_wait_for_the_pace_is_paid_for(settings: DeploymentSettings) -> None:
    light, heavy = (line(list(busy(settings, Volume(1e6, backlog))), "worker: time").count for backlog in (0.0, 1.0))
    share = settings.maximum_concurrency / settings.transfers_per_second
    assert heavy == pytest.approx(1e6 * share * settings.sizing.worker_memory_mb / 1024)
    assert light < heavy


def test_the_bill_follows_the_settings(settings: DeploymentSettings) -> None:
    forgetful = replace(settings, ledger_days=settings.ledger_days / 2)
    one, half = (line(list(busy(one, Volume(1e6))), "ledger: storage").count for one in (settings, forgetful))
    assert half == pytest.approx(one / 2)


def test_the_command_tells_the_same_as_json_and_as_a_table() -> None:
    app = Typer()
    app.command()(cost)
    told = json.loads(CliRunner().invoke(app, ["--json", "--transfers", "1000"]).stdout)
    assert sum(one["usd"] for one in told["busy"]) == pytest.approx(told["usd"]["busy"], abs=0.01)
    table = CliRunner().invoke(app, ["--transfers", "1000"]).stdout
    assert f"{told['usd']['busy']:.2f}" in table
    assert told["prices"]["date"] in table


def test_the_operators_command_has_it_and_asks_no_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "--json", "--transfers", "1000"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"idle", "busy"} < set(told["usd"])
    assert run(["cost", "--help"]) == 0
    assert "--transfers" in capsys.readouterr().out


def test_a_container_is_paid_for_though_nothing_happens(settings: DeploymentSettings) -> None:
    listed = Prices.read()
    resting, working = (
        {name: listed.total(items) for name, items in peers(settings, Volume(count)).items()} for count in (0, 1e6)
    )
    always = {name for name, usd in resting.items() if usd}
    assert always == {"boto3 in a loop, a container that is always on"}
    [name] = always
    assert working[name] - resting[name] == pytest.approx(3 * listed.per_one["sqs_request"] * 1e6)


def test_a_deployment_that_is_not_there_is_refused_with_a_sentence() -> None:
    app = Typer()
    app.command()(cost)
    refused = CliRunner().invoke(app, ["--deployment", "nope"])
    assert refused.exit_code != 0
    assert "There is no deployment" in refused.output
