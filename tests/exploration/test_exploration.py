"""Explored to the end: in each small scope, no order of calls and no single fault breaks a promise."""

from __future__ import annotations

import pytest

from tests.exploration import figures, words
from tests.exploration.scopes import PLANS
from tests.exploration.search import Found, Search
from tests.simulation import campaign
from tests.simulation.subject import Subject, load


@pytest.fixture(scope="module")
def service() -> Subject:
    return load()


def explored(name: str, subject: Subject, faults: int) -> Found:
    return Search(PLANS[name], subject, faults).run(shortest=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_no_order_of_calls_and_no_single_fault_breaks_a_promise(name: str, service: Subject) -> None:
    found = explored(name, service, 1)
    assert found.complete, "\n".join(words.trace(found))
    assert found.ends > 0


def test_two_explorations_visit_the_same_states(service: Subject) -> None:
    first, second = (explored("one", service, 1) for _ in range(2))
    assert (first.states, first.steps, first.replays) == (second.states, second.steps, second.replays)


def test_a_broken_promise_is_found_with_its_shortest_trace() -> None:
    bug = load(campaign.BUGS["attempt-not-noted"])
    found = Search(PLANS["rivals"], bug, 1).run(shortest=True)
    assert found.broken
    assert [step for step in found.trace if step.how]


def test_the_page_has_the_figures_that_are_kept() -> None:
    standing = figures.PAGE.read_text()
    assert figures.page(standing) == standing


def test_every_scope_has_its_figures_on_the_page() -> None:
    page = figures.PAGE.read_text()
    assert not [name for name in PLANS if f"| `{name}` |" not in page]


def test_what_is_not_explored_to_the_end_is_not_called_complete(service: Subject) -> None:
    found = Search(PLANS["one"], service, 1).run(states=20)
    assert not found.complete
    assert not found.broken
