"""Whether what AWS leaves undocumented was looked into lately: the probe file that ``deployments/NAME.json`` names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from contact_transfer_cdk.settings.probe_checks import read
from transfers_cli.doctor.finding import Finding, Subject, good, look
from transfers_cli.errors import Stop
from transfers_cli.planned import planned

#: What was observed so many days ago may have changed.
_MOST_DAYS = 90
_DAY = 86_400


def probe_file(subject: Subject) -> Iterator[Finding]:
    """The probe file, if the deployment file names one, is not old."""
    try:
        named = planned(subject.name).probe_file
    except Stop:
        return  # a deployment of another app, or a file that another check is about
    if named is None:
        return
    content = read(Path(named))
    what = f"probe of {content['instanceArn'].rsplit('/', 1)[-1]}"
    days = (time.time() - datetime.fromisoformat(content["endedAt"]).timestamp()) / _DAY
    if days > _MOST_DAYS:
        again = "Amazon Connect may behave differently by now: transfers probe, and put the new file in its place."
        yield look(what, f"{days:.0f} days old, more than {_MOST_DAYS}", again)
    else:
        yield good(what, f"{days:.0f} days old")
