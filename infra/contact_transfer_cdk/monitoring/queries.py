"""Saved Logs Insights queries, found in the console under the deployment's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aws_cdk import aws_logs as logs
from constructs import Construct

from contact_transfer_cdk.settings.model import DeploymentSettings

#: Name -> query. Every key stands in the log lines of contact_transfer.observability.telemetry.
QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "Outcomes of one contact": """fields @timestamp, message, requestName, failureCode, cause, newContactId, attempts, seconds, waited
| filter contactId = "CONTACT-ID"
| sort @timestamp asc""",
        "Failures by code": """filter message = "failed"
| stats count(*) as requests, min(@timestamp) as first, max(@timestamp) as latest by failureCode
| sort requests desc""",
        "Deferred by cause": """filter message = "deferred"
| stats count(*) as times, count_distinct(correlation_id) as requests, max(waited) as oldest by cause, detail
| sort times desc""",
        "Unconfirmed transfers": """filter message = "unconfirmed"
| sort @timestamp desc
| display @timestamp, why, requestName, contactId, newContactId""",
        "Slowest requests": """filter message = "transferred" and repeated = 0
| sort waited desc
| display @timestamp, requestName, contactId, waited, seconds, attempts, receives
| limit 50""",
        "Transfers a minute": """filter message = "transferred"
| stats count(*) as transfers, pct(waited, 50) as median, pct(waited, 99) as p99 by bin(1m)""",
        "Defects and troubles": """filter level = "ERROR" or message in ["unexpected", "visibility not changed"]
| sort @timestamp desc
| display @timestamp, message, error, place, messageId, correlation_id""",
    }
)


def save_queries(scope: Construct, settings: DeploymentSettings, groups: Sequence[logs.ILogGroup]) -> None:
    """Save all queries, on the functions' log groups, in a folder of the deployment's name."""
    for number, (name, text) in enumerate(QUERIES.items(), start=1):
        logs.CfnQueryDefinition(
            scope,
            f"Query{number}",
            name=f"{settings.prefix}/{name}",
            query_string=text,
            log_group_names=[group.log_group_name for group in groups],
        )
