"""Whether an instance is replicated to another Region (Global Resiliency), and what follows for the deployment.

A contact is transferred only in the Region where it began. Source: Amazon Connect administrator guide, Global Resiliency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from contact_transfer.request.arn import InstanceArn
from transfers_cli.doctor.finding import Finding, Level, Subject, good, look
from transfers_cli.doctor.in_connect import missing


def regions(subject: Subject) -> Iterator[Finding]:
    """Which Regions an instance has, and which traffic distribution groups decide where its contacts begin."""
    for instance in subject.instances:
        try:
            found = subject.aws("connect").describe_instance(InstanceId=instance.instance_id)
        except ClientError as error:
            if not missing(error):
                raise
            continue  # the check of the instances reports it
        others = _others(found, instance.region)
        yield _replica(instance, others)
        if others:
            yield _groups(subject, instance)


def _others(found: Mapping[str, Any], own: str) -> dict[str, str]:
    """The instance's other Regions, each with the state of the replica there; the one that it was replicated from is the source."""
    configuration = found.get("ReplicationConfiguration") or {}
    states = {
        one["Region"]: str(one.get("ReplicationStatus", "state unknown"))
        for one in configuration.get("ReplicationStatusSummaryList", [])
        if "Region" in one
    }
    source = configuration.get("SourceRegion")
    return {
        region: state for region, state in {**states, **({source: "source"} if source else {})}.items() if region != own
    }


def _replica(instance: InstanceArn, others: Mapping[str, str]) -> Finding:
    what = f"Regions of instance {instance.instance_id}"
    if not others:
        return good(what, f"{instance.region} only: it has no replica")
    seen = ", ".join(f"{region} ({state})" for region, state in sorted(others.items()))
    return look(
        what,
        f"also in {seen}: contacts that begin there cannot be transferred in {instance.region}",
        f"Have a deployment in {' and '.join(sorted(others))}, too: docs/regions.md.",
    )


def _groups(subject: Subject, instance: InstanceArn) -> Finding:
    what = f"traffic distribution of instance {instance.instance_id}"
    try:
        answer = subject.aws("connect").list_traffic_distribution_groups(InstanceId=instance.instance_id)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        return Finding(
            Level.UNKNOWN,
            what,
            f"ListTrafficDistributionGroups answered {code}",
            "Your role needs connect:ListTrafficDistributionGroups; or look in the Connect console.",
        )
    groups = [
        f"{one.get('Name') or one.get('Id')} ({one.get('Status')}{', default' if one.get('IsDefault') else ''})"
        for one in answer.get("TrafficDistributionGroupSummaryList", [])
    ]
    return good(what, f"decided by {', '.join(groups)}" if groups else "no group")
