"""Tools with an environment of their own: made once, whole or not at all, however many callers need them at the same time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import toolbox
from local.toolbox import ROOT, ToolError, environment_of

INTERPRETER = Path(sys.executable)


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list without packages, and an empty folder for the environments."""
    monkeypatch.setattr(toolbox, "TOOLS", tmp_path / "tools")
    path = tmp_path / "requirements.txt"
    path.write_text("")
    return path


def test_threads_that_ask_at_once_get_one_whole_environment(
    requirements: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: environment_of("t", requirements, INTERPRETER), range(4)))
    (python,) = made
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0  # noqa: S603 - what was just made
    assert capsys.readouterr().err.count("installing") == 1


def test_processes_that_ask_at_once_get_one_whole_environment(requirements: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from local import toolbox; toolbox.TOOLS = Path(sys.argv[1]);"
        "print(toolbox.environment_of('p', Path(sys.argv[2]), Path(sys.executable)))"
    )
    command = [sys.executable, "-c", script, str(toolbox.TOOLS), str(requirements)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own text
        for _ in range(3)
    ]
    ended = [(process.communicate(), process.returncode) for process in running]
    assert [status for _, status in ended] == [0, 0, 0], ended
    assert len({out for (out, _), _ in ended}) == 1
    assert sum(err.count("installing") for (_, err), _ in ended) == 1


def test_what_a_killed_process_left_behind_is_no_obstacle(requirements: Path) -> None:
    (toolbox.TOOLS / "t.new" / "bin").mkdir(parents=True)
    assert environment_of("t", requirements, INTERPRETER).is_file()
    assert not (toolbox.TOOLS / "t.new").exists()


def test_an_environment_is_renewed_when_its_list_changes(requirements: Path) -> None:
    first = environment_of("t", requirements, INTERPRETER).stat().st_ctime_ns
    assert environment_of("t", requirements, INTERPRETER).stat().st_ctime_ns == first
    requirements.write_text("# other\n")
    assert environment_of("t", requirements, INTERPRETER).lstat().st_ctime_ns != first


def test_a_copy_of_the_repository_that_shares_the_tools_does_not_replace_what_others_use(
    requirements: Path, tmp_path: Path
) -> None:
    first = environment_of("t", requirements, INTERPRETER).lstat().st_ctime_ns
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "of-the-copy"], check=True)  # noqa: S603 - the standard library
    of_the_copy = tmp_path / "of-the-copy" / "bin" / "python"
    assert environment_of("t", requirements, of_the_copy).lstat().st_ctime_ns == first


def test_packages_that_cannot_be_installed_are_reported_in_uvs_words_and_leave_nothing_that_looks_whole(
    requirements: Path,
) -> None:
    requirements.write_text("this is no requirement\n")
    with pytest.raises(ToolError, match=r"uv pip failed: error: Couldn't parse requirement"):
        environment_of("t", requirements, INTERPRETER)
    assert not (toolbox.TOOLS / "t").exists()
