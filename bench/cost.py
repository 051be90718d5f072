"""What a million transfers cost by list prices, by the model of ``transfers cost``, beside other ways to do it: computed, not measured."""

from __future__ import annotations

from collections.abc import Callable

from bench.finding import Finding
from contact_transfer_cdk.settings.deployment import load
from transfers_cli.cost.model import Volume, busy, idle
from transfers_cli.cost.peers import peers
from transfers_cli.cost.prices import Prices

MILLION = 1_000_000
#: The deployment that comes with the repository: the defaults of all settings.
DEPLOYMENT = "local"
#: What each of the other ways does not have, by the beginning of its name.
LACKS = {
    "boto3 in a loop": "all of it; no scaling, and one task is down while it is replaced",
    "Powertools batch, parser": "pace, reconciliation, reasons, events, alarms",
    "Powertools batch": "pace, ledger, reasons, events, alarms",
    "Pipes": "pace, ledger, reasons, events, alarms",
    "Step Functions Standard, one": "pace, ledger, reasons, events, alarms",
    "Step Functions Standard, the": "pace, reconciliation, alarms",
}


def measure(step: Callable[[str], None]) -> Finding:
    """Return the cost item by item, idle and at a million a month, and that of the peers. ``step`` shows progress."""
    step("cost")
    settings, volume, listed = load(DEPLOYMENT), Volume(MILLION), Prices.read()
    found = Finding("cost", "A million transfers a month by list prices, the deployment's defaults")
    resting, working = list(idle(settings)), list(busy(settings, volume))
    for items, name in ((resting, "idle, a month"), (working, "a million transfers, on top")):
        found.rows += [{"item": one.what, "USD": _usd(listed.usd(one)), "from": one.why} for one in items]
        found.rows.append({"item": f"together: {name}", "USD": _usd(listed.total(items)), "from": ""})
    bills = {name: listed.total(items) for name, items in peers(settings, volume).items()}
    found.data["peers"] = [
        {"way": "Contact Transfer", "USD a million": _usd(listed.total(working)), "without": ""},
        *({"way": name, "USD a million": _usd(usd), "without": _lacks(name)} for name, usd in bills.items()),
    ]
    found.notes += [
        (
            f"Left idle, a deployment costs {_usd(listed.total(resting))} USD a month; a million transfers cost"
            f" {_usd(listed.total(working))} USD on top. List prices of {listed.region} as of {listed.date}, without free tiers;"
            f" {volume.backlog:.0%} of the transfers wait for the pace in a backlog, and the wait is paid. Sizes and durations are measured"
            " here or assumed (`ops/transfers_cli/cost/model.py`). Amazon Connect's own price is the same in every way."
        ),
        f"Batches of ten would save {_usd(_batching(listed) * MILLION)} USD a million: nine of ten receives, deletions and invocations.",
    ]
    return found


def _batching(listed: Prices) -> float:
    return 0.9 * (2 * listed.per_one["sqs_request"] + listed.per_one["lambda_request"])


def _lacks(name: str) -> str:
    return next(what for begins, what in LACKS.items() if name.startswith(begins))


def _usd(usd: float) -> str:
    return f"{usd:.2f}"
