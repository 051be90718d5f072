"""docs/architecture.md names every package and every module it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
SERVICE = ROOT / "lambda_src" / "contact_transfer"
#: Packages that the page describes with the package that they are in.
INSIDE_ANOTHER = ("local/connect/", "local/compare", "bench/inside", "bench/peers", "tests/local/")


def _packages(folder: Path) -> list[str]:
    found = {path.parent for path in folder.rglob("*.py") if "__pycache__" not in path.parts}
    names = sorted(path.relative_to(ROOT).as_posix() for path in found if path != ROOT)
    return [name for name in names if not name.startswith(INSIDE_ANOTHER)]


AROUND = [name for top in ("infra", "ops", "local", "bench", "tools", "tests") for name in _packages(ROOT / top)]


@pytest.mark.parametrize("package", sorted(path.name for path in SERVICE.iterdir() if (path / "__init__.py").exists()))
def test_every_package_of_the_service_is_described(package: str) -> None:
    assert f"| `{package}/` |" in PAGE


@pytest.mark.parametrize("package", [name for name in AROUND if name not in {"tests", "infra", "ops"}])
def test_every_package_around_the_service_is_described(package: str) -> None:
    assert f"`{package}/`" in PAGE


def test_every_module_and_folder_that_the_page_names_exists() -> None:
    for name in re.findall(r"`([\w/]+(?:\.py|/))`", PAGE):
        assert (ROOT / name).exists() or (SERVICE / name).exists(), name
