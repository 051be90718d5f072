"""The operators' pages and the command say the same."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from contact_transfer.observability.metrics import Metric
from contact_transfer.transfer.outcome import FailureCode
from transfers_cli.errors import Exit
from transfers_cli.failed.prospect import Prospect
from transfers_cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {
    name: (DOCS / name).read_text("utf-8") for name in ("operators.md", "runbook.md", "alarms.md", "configuration.md")
}


def examples() -> Iterator[str]:
    for text in PAGES.values():
        yield from re.findall(r"^    transfers (.*)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("line", sorted(set(examples())))
def test_every_example_is_a_command_with_options_that_it_has(line: str) -> None:
    command = typer.main.get_command(app)
    arguments = shlex.split(line)
    context = command.make_context("transfers", arguments, resilient_parsing=False)
    while isinstance(command, typer.core.TyperGroup):
        name, found, arguments = command.resolve_command(context, arguments)
        assert found is not None
        assert name is not None
        command = found
        context = command.make_context(name, list(arguments), parent=context)


def leaves(command: object, path: str = "") -> Iterator[str]:
    if isinstance(command, typer.core.TyperGroup):
        for name, inner in command.commands.items():
            yield from leaves(inner, f"{path} {name}")
    else:
        yield path.strip()


def test_every_command_has_an_example_and_a_help() -> None:
    examples_shown = set(examples())
    for path in leaves(typer.main.get_command(app)):
        assert any(line.startswith(path) for line in examples_shown), path


def test_setup_installs_the_command_for_use_from_anywhere(tmp_path: Path) -> None:
    command = Path(sys.prefix) / "bin" / "transfers"
    link = tmp_path / "transfers"
    link.symlink_to(command)
    ran = subprocess.run([link, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert ran.returncode == 0, ran.stderr
    assert "Sees, explains and repairs a deployment" in ran.stdout


def test_every_exit_status_is_documented() -> None:
    documented = set(re.findall(r"^\| (\d+) \|", PAGES["operators.md"], flags=re.MULTILINE))
    assert documented == {str(int(status)) for status in Exit}


def test_every_prospect_metric_and_failure_code_is_documented() -> None:
    for word in (*Prospect, *Metric):
        assert f"`{word}`" in PAGES["operators.md"], word
    for code in FailureCode:
        assert f"`{code}`" in PAGES["runbook.md"], code


def test_links_between_the_pages_lead_somewhere() -> None:
    for name, text in PAGES.items():
        for page, anchor in re.findall(r"\]\(([\w.-]*)(?:#([\w-]+))?\)", text):
            path = DOCS / (page or name)
            assert path.exists(), page
            target = path.read_text("utf-8")
            headings = re.findall(r"^#+ (.*)$", target, flags=re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert not anchor or anchor in slugs, anchor
