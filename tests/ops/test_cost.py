"""The cost model: every line has a price with a source, idle is idle, and the counts follow the settings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contact_transfer_cdk.settings import deployment as infra_settings
from contact_transfer_cdk.settings.deployment import load
from contact_transfer_cdk.settings.model import DeploymentSettings
from transfers_cli import planned
from transfers_cli.cost.model import Volume, busy, hearing, idle, outcomes
from transfers_cli.cost.peers import peers
from transfers_cli.cost.prices import LIST, Item, Prices
from transfers_cli.main import run

ROOT = Path(__file__).resolve().parents[2]
NOPE = r"There is no deployment 'nope': deployments/ has .*local.*\.\n"


@pytest.fixture(scope="module")
def settings() -> DeploymentSettings:
    return load("local")


def line(items: list[Item], what: str) -> Item:
    return next(item for item in items if item.what == what)


def test_every_line_has_a_price_and_every_price_a_use_and_a_source(settings: DeploymentSettings) -> None:
    volume = Volume(1000, scheduled=100, sweeps=10)
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


def test_what_is_held_and_what_is_swept_is_in_the_bill(settings: DeploymentSettings) -> None:
    """A million schedules: what docs/scheduling.md says."""
    listed, page = Prices.read(), (ROOT / "docs" / "scheduling.md").read_text("utf-8")
    plain, held = (listed.total(list(busy(settings, Volume(1e6, scheduled=count)))) for count in (0, 1e6))
    assert f"{held - plain:.2f} USD" in page
    assert line(list(busy(settings, Volume(1e6, scheduled=1e6))), "held requests: schedules").count == 1e6
    sweeps = [item for item in busy(settings, Volume(1e6, sweeps=1000)) if item.what.startswith("sweeps: ")]
    assert 0 < listed.total(sweeps) < 0.1
    assert f"{listed.total(sweeps):.3f} USD" in (ROOT / "docs" / "doors.md").read_text("utf-8")


def test_a_lone_transfer_looks_into_the_urgent_queue_once_and_those_of_a_backlog_share_a_look(
    settings: DeploymentSettings,
) -> None:
    alone, crowded = (line(list(busy(settings, Volume(1e6, part))), "urgent queue: looks").count for part in (0.0, 1.0))
    assert (alone, crowded) == (1e6, 5e5)


def test_the_bill_follows_the_settings(settings: DeploymentSettings) -> None:
    forgetful = replace(settings, ledger_days=settings.ledger_days / 2)
    one, half = (line(list(busy(one, Volume(1e6))), "ledger: storage").count for one in (settings, forgetful))
    assert half == pytest.approx(one / 2)


def test_the_command_shows_the_same_as_json_and_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "--json", "--transfers", "1000"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sum(one["usd"] for one in answer["busy"]) == pytest.approx(answer["usd"]["busy"], abs=0.01)
    assert run(["cost", "--transfers", "1000"]) == 0
    table = capsys.readouterr().out
    assert f"{answer['usd']['busy']:.2f}" in table
    assert answer["prices"]["date"] in table


def test_the_operators_command_has_it_and_asks_no_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "--json", "--transfers", "1000"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"idle", "busy"} < set(answer["usd"])
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


def column(table: str, row: str) -> list[str]:
    """The cells of a row that hold money."""
    (line,) = [line for line in table.splitlines() if line.startswith(row)]
    return re.findall(r"[\d.]+", line.removeprefix(row))


def test_what_is_paid_by_the_month_is_in_no_million_more(capsys: pytest.CaptureFixture[str]) -> None:
    bills = {}
    for transfers in ("1000", "1000000"):
        assert run(["cost", "--transfers", transfers]) == 0
        bills[transfers] = capsys.readouterr().out
    few, many = bills["1000"], bills["1000000"]
    assert column(few, "Contact Transfer")[-1] == column(many, "Contact Transfer")[-1]
    container = "boto3 in a loop, a container that is always on"
    fixed, more = map(float, column(many, container))
    assert more == pytest.approx(1.2)
    assert fixed > more


def test_a_key_costs_more_after_its_first_two_rotations_and_only_the_deployments_own_keys_are_billed(
    settings: DeploymentSettings,
) -> None:
    keys = {item.what: item for item in idle(settings) if item.price == "kms_key_month"}
    assert {name: item.count for name, item in keys.items()} == {"encryption keys": 2, "key rotations": 4}
    assert all(item.fixed for item in keys.values())
    arn = "arn:aws:kms:us-east-1:000000000000:key/1"
    one = replace(settings, queue_key_arn=arn)
    assert [item.count for item in idle(one) if item.price == "kms_key_month"] == [1, 2]
    none = replace(one, data_key_arn=arn)
    assert not [item for item in idle(none) if item.price == "kms_key_month"]


def test_the_readme_says_what_a_deployment_costs_idle(settings: DeploymentSettings) -> None:
    [said] = re.findall(r"costs about (\d+) USD a month", (ROOT / "README.md").read_text("utf-8"))
    assert int(said) == round(Prices.read().total(list(idle(settings))))


def test_the_page_on_doors_has_the_models_figures(settings: DeploymentSettings) -> None:
    listed, million, page = Prices.read(), 1e6, (ROOT / "docs" / "doors.md").read_text("utf-8")
    transfers = [item for item in busy(settings, Volume(million)) if item.what.startswith("confirmation: ")]
    heard = list(hearing(settings, million))
    assert {item.what for item in transfers} == {item.what for item in (*heard, *outcomes(million))}
    rows: dict[str, list[Item]] = {
        "contact events of contacts that nobody transferred": [],
        "events of tasks and e-mails that agents transferred": heard,
        "confirmed transfers, four events each": transfers,
    }
    for name, items in rows.items():
        cells = [
            listed.total([item for item in items if item.price.startswith(kind)])
            for kind in ("sqs_", "lambda_", "dynamodb_", "events_")
        ]
        row = " | ".join(f"${usd:.2f}" if usd else "0" for usd in cells)
        assert f"| {name} | {row} | **{f'${sum(cells):.2f}' if items else '$0'}** |" in page
    assert line(transfers, "confirmation: invocations").count == 4 * million
    for price, per in (("sqs_request", 1e6), ("dynamodb_read", 1e6), ("dynamodb_write", 1e6), ("events_custom", 1e6)):
        assert f"${listed.per_one[price] * per:.3f}".rstrip("0").ljust(5, "0") in page, price
    assert f"{line(transfers, 'confirmation: time').why.replace('0.02 s', '20 ms')}" in page


def test_a_deployment_that_is_not_there_is_one_sentence_and_status_4(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["cost", "-d", "nope"], ["doctor", "--before", "-d", "nope"]):
        assert run(command) == 4
        assert re.fullmatch(NOPE, capsys.readouterr().err)


def test_each_setting_that_is_wrong_is_a_sentence_and_the_status_is_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "wrong.json").write_text('{"instanceArns": [], "unheardOf": 1}')
    for module in (infra_settings, planned):
        monkeypatch.setattr(module, "DEPLOYMENTS", tmp_path)
    for command in (["cost", "-d", "wrong"], ["doctor", "--before", "-d", "wrong"]):
        assert run(command) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        assert all(name in captured.err for name in ("unheardOf", "instanceArns"))


def test_make_cost_is_the_same_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "transfers_cli.cost", "--deployment", "nope"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 4
    assert re.fullmatch(NOPE, ran.stderr)
