"""Whether another deployment serves the same contacts: each has a ledger of its own, so both could transfer one contact.

Each deployment's rule for contact events, on the account's default bus, names its instances and channels.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from transfers_cli.deployment import PREFIX
from transfers_cli.doctor.finding import Finding, Subject, bad, good

_SUFFIX = "-arrivals"


def neighbours(subject: Subject) -> Iterator[Finding]:
    """No other deployment serves one of the instances on one of the channels."""
    own = f"{subject.name if subject.found else PREFIX + subject.name}{_SUFFIX}"
    pages = subject.aws("events").get_paginator("list_rules").paginate(NamePrefix=PREFIX)
    rules = [rule for page in pages for rule in page["Rules"] if rule["Name"].endswith(_SUFFIX)]
    clashes = [
        f"{rule['Name'].removesuffix(_SUFFIX)} ({', '.join(common)})"
        for rule in rules
        if rule["Name"] != own and (common := _common(subject, json.loads(rule.get("EventPattern", "{}"))))
    ]
    if clashes:
        yield bad(
            "other deployments",
            f"serve the same contacts: {'; '.join(sorted(clashes))}",
            "Give each its own allowedChannels or instances: neither knows what the other has transferred.",
        )
    else:
        yield good("other deployments", "none serves the same contacts")


def _common(subject: Subject, pattern: Mapping[str, Any]) -> list[str]:
    """The channels on which the rule's deployment serves an instance of ours."""
    detail = pattern.get("detail", {})
    instances = {one.get("suffix", "").rpartition("/")[2] for one in detail.get("instanceArn", [])}
    if not instances & {instance.instance_id for instance in subject.instances}:
        return []
    channels = {str(one.get("equals-ignore-case", "")).upper() for one in detail.get("channel", [])}
    return sorted(channels & {channel.upper() for channel in subject.channels})
