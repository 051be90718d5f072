"""Docstrings say what signatures cannot: the check finds what is left out, and nothing is."""

from __future__ import annotations

import pytest

from tools.docstrings import GLOSSARY, known_arguments, main, problems

KNOWN = ["*_id", "now"]


def found(source: str) -> list[str]:
    return [what for _, what in problems(source, KNOWN)]


def test_the_repository_leaves_nothing_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "argument", ["held: float", "why: str", "*, is_new: bool", "look: Callable[[], int]", "a: int | None = None"]
)
def test_an_argument_of_a_plain_type_is_explained(argument: str) -> None:
    name = argument.removeprefix("*, ").partition(":")[0]
    assert len(found(f'def f({argument}) -> None:\n    """Do it."""')) == 1
    assert not found(f'def f({argument}) -> None:\n    """Do it. ``{name}``: this and that."""')


@pytest.mark.parametrize(
    "argument", ["contact_id: str", "now: float", "request: TransferRequest", "_unused: int", "self"]
)
def test_a_name_of_the_glossary_and_a_type_of_ours_explain_themselves(argument: str) -> None:
    assert not found(f'def f({argument}) -> None:\n    """Do it."""')


def test_a_constructor_is_explained_by_its_class() -> None:
    source = 'class C:\n    """A thing.{}"""\n    def __init__(self, part: float) -> None:\n        pass'
    assert len(found(source.format(""))) == 1
    assert not found(source.format(" ``part``: of the quota."))


def test_a_number_in_a_dataclass_has_a_unit() -> None:
    source = '@dataclass\nclass C:\n    """A thing.{}"""\n    began: float\n    word: str'
    assert found(source.format("")) == ["C: its docstring does not say what began (float) is"]
    assert not found(source.format(" Times in epoch seconds."))


def test_an_error_that_is_raised_is_named() -> None:
    source = 'def f() -> None:\n    """Do it.{}"""\n    raise errors.Stop("no")'
    assert found(source.format("")) == ["f: its docstring does not say when it raises Stop"]
    assert not found(source.format(" Raise ``Stop``."))


def test_what_is_private_and_what_a_command_takes_is_left_out() -> None:
    assert not found("def _f(part: float) -> None:\n    raise ValueError")
    assert not found('def command(yes: options.Yes = False) -> None:\n    """Do it."""\n    raise Stop("no")')


def test_the_glossary_has_the_names() -> None:
    assert {"now", "*_seconds", "operation"} <= set(known_arguments(GLOSSARY.read_text("utf-8")))
