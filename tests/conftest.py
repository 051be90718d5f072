"""What holds for every test: one Hypothesis profile, and nothing of the machine's own that a test could depend on."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

#: A busy machine is no finding: how long an example takes says nothing of the code under test.
settings.register_profile("repository", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repository")

#: Settings of the person's shell that AWS clients, Python and the commands under test would follow.
_FOREIGN = ("AWS_", "CDK_", "TRANSFERS_", "PYTHONPATH", "VIRTUAL_ENV", "JSII_", "NODE_OPTIONS")
for _name in [name for name in os.environ if name.startswith(_FOREIGN)]:
    del os.environ[_name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A seeded bug whose target has gone is known at once: nothing that is found later says so by its name."""
    items.sort(key=lambda item: "targets_of_a_seeded_bug" not in item.name)
