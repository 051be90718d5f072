"""The dashboard: first what a manager asks for, then what an engineer looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from contact_transfer.observability.metrics import NAMESPACE, Metric, reasons
from contact_transfer.transfer.failure_codes import FailureClass
from contact_transfer_cdk.monitoring.alarm import Watched
from contact_transfer_cdk.monitoring.measures import dimensions
from contact_transfer_cdk.settings.model import DeploymentSettings

#: Source: Amazon CloudWatch API reference, "Dashboard body structure and syntax", alarm widget.
ALARMS_OF_A_WIDGET = 100
#: How requests end.
_OUTCOMES = (Metric.TRANSFERRED, Metric.REPEATED, Metric.FAILED, Metric.SKIPPED, Metric.CANCELLED)
_FIRST = """# Contact Transfer {name}
{pace:g} transfers a second for the whole account. When an alarm rings: {runbook}. At the terminal: `transfers watch`."""


class Dashboard:
    """Draws into one ``cloudwatch.Dashboard`` named like the stack."""

    def __init__(
        self,
        scope: Construct,
        settings: DeploymentSettings,
        watched: Watched,
        alarms: Mapping[str, cloudwatch.IAlarm],
    ) -> None:
        self._settings = settings
        self._watched = watched
        self.dashboard = cloudwatch.Dashboard(
            scope, "Dashboard", dashboard_name=settings.prefix, default_interval=Duration.hours(12)
        )
        runbook = f"[runbook]({settings.runbook_url})" if settings.runbook_url else "docs/runbook.md in the project"
        text = _FIRST.format(name=settings.name, pace=settings.transfers_per_second, runbook=runbook)
        self.dashboard.add_widgets(cloudwatch.TextWidget(markdown=text, width=24, height=2))
        self._first_sight()
        self._second_sight()
        self._machinery()
        self._alarms(list(alarms.values()))

    def _ours(self, metric: Metric, statistic: str = "Sum", reason: str = "", label: str = "") -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=str(metric),
            dimensions_map=dimensions(self._settings, metric, reason),
            statistic=statistic,
            label=label or str(reason or metric),
            period=Duration.minutes(5),
        )

    def _queue(self, metric: str, queue: str, label: str) -> cloudwatch.Metric:
        given = {"QueueName": queue}
        return cloudwatch.Metric(
            namespace="AWS/SQS", metric_name=metric, dimensions_map=given, statistic="Maximum", label=label
        )

    def _share(self) -> cloudwatch.MathExpression:
        pace = self._settings.transfers_per_second
        return cloudwatch.MathExpression(
            expression=f"100 * (FILL(made, 0) / PERIOD(made)) / {pace:g}",
            using_metrics={"made": self._ours(Metric.TRANSFERRED)},
            label="% of the quota",
            period=Duration.minutes(5),
        )

    def _first_sight(self) -> None:
        oldest = [
            self._queue("ApproximateAgeOfOldestMessage", queue, label)
            for queue, label in (
                (self._watched.transfer_queue, "oldest request, s"),
                (self._watched.urgent_queue, "oldest urgent one, s"),
            )
        ]
        figures: list[tuple[str, list[cloudwatch.IMetric]]] = [
            ("Transferred", [self._ours(Metric.TRANSFERRED)]),
            ("Failed", [self._ours(Metric.FAILED)]),
            ("Oldest request", [*oldest]),
            ("Share of the quota", [self._share()]),
        ]
        self.dashboard.add_widgets(
            *(
                cloudwatch.SingleValueWidget(title=title, metrics=metrics, width=6, height=4, sparkline=True)
                for title, metrics in figures
            )
        )

    def _second_sight(self) -> None:
        depth = [
            self._queue("ApproximateNumberOfMessagesVisible", self._watched.transfer_queue, "waiting"),
            self._queue("ApproximateNumberOfMessagesNotVisible", self._watched.transfer_queue, "in flight or deferred"),
            self._queue("ApproximateNumberOfMessagesVisible", self._watched.urgent_queue, "urgent, waiting"),
            self._queue("ApproximateNumberOfMessagesVisible", self._watched.dead_letter_queue, "failed"),
        ]
        waits = [
            self._ours(Metric.REQUEST_TO_TRANSFER, statistic, label=f"request to transfer, {statistic}")
            for statistic in ("p50", "p99")
        ]
        confirmations = self._ours(Metric.TRANSFER_TO_CONFIRMATION, "p99", label="transfer to confirmation, p99")
        self._graphs(
            ("Queues", depth),
            ("Seconds", [*waits, confirmations]),
            ("Outcomes", [self._ours(metric) for metric in _OUTCOMES]),
        )
        self._graphs(
            ("Failed by class", [self._ours(Metric.FAILED, reason=failure_class) for failure_class in FailureClass]),
            ("Failed by code", self._by_reason(Metric.FAILED)),
            ("Deferred by cause", self._by_reason(Metric.DEFERRED)),
        )
        self._arrivals_and_pace()

    def _arrivals_and_pace(self) -> None:
        self._graphs(
            (
                "Confirmation",
                [self._ours(m) for m in (Metric.CONFIRMED, Metric.UNCONFIRMED, Metric.ENDED_IN_FLOW)],
            ),
            ("Oldest, seconds: sent, and tried without success", self._ages()),
            ("Must stay empty", [self._ours(Metric.LEDGER_CONFLICT)]),
        )
        self._graphs(
            ("Throttled by operation", self._by_reason(Metric.THROTTLED)),
            ("Pace: seconds waited for tokens", [self._ours(Metric.PACED_WAIT)]),
        )

    def _ages(self) -> list[cloudwatch.Metric]:
        return [self._ours(metric, "Maximum") for metric in (Metric.REQUEST_AGE, Metric.RETRIED)]

    def _by_reason(self, metric: Metric) -> list[cloudwatch.Metric]:
        return [self._ours(metric, reason=reason) for reason in reasons(metric)]

    def _machinery(self) -> None:
        def function(metric: str, statistic: str) -> list[cloudwatch.Metric]:
            return [
                cloudwatch.Metric(
                    namespace="AWS/Lambda",
                    metric_name=metric,
                    dimensions_map={"FunctionName": name},
                    statistic=statistic,
                    label=f"{role}: {metric}",
                )
                for role, name in self._watched.functions.items()
            ]

        self._graphs(
            ("Functions: errors and throttles", [*function("Errors", "Sum"), *function("Throttles", "Sum")]),
            ("Functions: longest run, ms", function("Duration", "Maximum")),
            ("Functions: at once", function("ConcurrentExecutions", "Maximum")),
        )

    def _alarms(self, alarms: Sequence[cloudwatch.IAlarm]) -> None:
        for start in range(0, len(alarms), ALARMS_OF_A_WIDGET):
            shown = list(alarms[start : start + ALARMS_OF_A_WIDGET])
            title = "Alarms" if start == 0 else f"Alarms after the first {start}"
            self.dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title=title, alarms=shown, width=24))

    def _graphs(self, *graphs: tuple[str, list[cloudwatch.Metric]]) -> None:
        self.dashboard.add_widgets(
            *(cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6) for title, metrics in graphs)
        )
