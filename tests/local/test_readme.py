"""The README does what it says: its Python examples run against the local cloud, its commands exist, its tests are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import LocalCloud
from local.serve import contacts, exports

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
MAKEFILE = (ROOT / "Makefile").read_text()
CODE = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.cloud
@pytest.mark.xdist_group("cloud")
@pytest.mark.parametrize("example", EXAMPLES, ids=["queue", "bus"])
def test_an_example_transfers_the_contact(cloud: LocalCloud, example: str) -> None:
    """With what `make serve` prints to export, and nothing else."""
    given = exports(cloud, contacts(cloud))
    contact = given["ANOTHER_CONTACT_ID" if "ANOTHER_CONTACT_ID" in example else "CONTACT_ID"]
    example = example.replace("ticket-4711-escalation", f"ticket-{contact}")
    ran = subprocess.run(  # noqa: S603 - the README's own lines
        [sys.executable, "-c", example],
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    cloud.wait_until(
        lambda: [made for made in cloud.control.transfers() if made["old"] == contact], "the contact is transferred"
    )


def test_its_commands_exist() -> None:
    commands = set(re.findall(r"`?make ([a-z]+)", README + (ROOT / "docs" / "contract.md").read_text()))
    assert {"run", "test", "serve", "synth", "deploy"} <= commands
    for command in commands:
        assert re.search(rf"^{command}:", MAKEFILE, re.MULTILINE), f"make {command}"


def test_the_tests_it_names_are_there() -> None:
    named = set(re.findall(r"`(test_[a-z_]+)`", README))
    assert len(named) > 5
    for name in named:
        assert f"def {name}(" in CODE, name
    for path in re.findall(r"`(tests/[a-z_/]+\.py)`", README):
        assert (ROOT / path).exists(), path


def test_its_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_list_of_decisions_has_every_page_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = {
        page.name: re.sub(r"^# (\d+[.:] )?", "", page.read_text().splitlines()[0]) for page in folder.glob("[0-9]*.md")
    }
    listed = [f"- [{int(name[:4])}: {title}]({name})" for name, title in sorted(titles.items())]
    assert [line for line in (folder / "README.md").read_text().splitlines() if line.startswith("- ")] == listed


def test_ci_calls_the_test_command_of_the_readme() -> None:
    assert "make test" in README
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
