"""What holds for every test: one Hypothesis profile, and nothing of the machine's own that a test could depend on."""

from __future__ import annotations

import functools
import os
import sys

import botocore.session
import pytest
from hypothesis import HealthCheck, settings

#: A busy machine is no finding: how long an example takes says nothing of the code under test.
settings.register_profile("repository", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repository")

#: Settings of the person's shell that AWS clients, Python and the commands under test would follow.
_FOREIGN = (
    "AWS_",
    "CDK_",
    "TRANSFERS_",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "JSII_",
    "NODE_OPTIONS",
)
for _name in [name for name in os.environ if name.startswith(_FOREIGN)]:
    del os.environ[_name]
sys.dont_write_bytecode = False
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


#: Each session of the SDK would read and parse the models of its services again; half of a command's time goes there.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

#: Seconds each, in every worker and before its first test, if a module of tests imports it.
_SLOW_TO_LOAD = frozenset({"aws_cdk", "cfnlint"})
#: Groups of tests that share one local cloud or one set-up, the longest first, so that the workers end together.
_LONGEST_FIRST = ("fresh-copy", "cloud", "ops", "packages", "upgrade", "two-instances", "synth", "emulator")
#: Single tests that take long, before the thousands that take no time.
_LONG_FOLDERS = ("recipes", "simulation", "exploration")


def _turn(item: pytest.Item) -> tuple[int, int]:
    """A seeded bug whose target has gone is known at once: nothing that is found later says so by its name."""
    if "targets_of_a_seeded_bug" in item.name:
        return 0, 0
    mark = item.get_closest_marker("xdist_group")
    if mark is not None:
        return 1, _LONGEST_FIRST.index(mark.args[0])  # a new group takes its place there
    return (2, 0) if item.path.parent.name in _LONG_FOLDERS else (3, 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first."""
    items.sort(key=_turn)
    if loaded := _SLOW_TO_LOAD & sys.modules.keys():
        raise pytest.UsageError(f"{', '.join(loaded)}: every worker loads it now; import it where a test needs it")
