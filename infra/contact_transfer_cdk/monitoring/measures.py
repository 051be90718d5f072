"""The deployment's own metrics as alarms and dashboard name them."""

from __future__ import annotations

from contact_transfer.observability.metrics import CLASS_DIMENSION, DIMENSIONS, NAMESPACE, Metric
from contact_transfer.transfer.failure_codes import FailureClass
from contact_transfer_cdk.monitoring.alarm import Measure
from contact_transfer_cdk.settings.model import DeploymentSettings


def dimensions(settings: DeploymentSettings, metric: Metric, reason: str = "") -> dict[str, str]:
    """The dimensions of one of our metrics, counted as a whole, by one of its reasons, or by a class of failures."""
    whole = {"service": settings.prefix}
    if not reason:
        return whole
    own = CLASS_DIMENSION if isinstance(reason, FailureClass) else DIMENSIONS[metric]
    return whole | {own: str(reason)}


def own(
    settings: DeploymentSettings, metric: Metric, reason: str = "", *, statistic: str = "Sum", minutes: int = 5
) -> Measure:
    """One of the metrics that the functions write. ``statistic``: CloudWatch's, over so many ``minutes``."""
    return Measure(NAMESPACE, str(metric), dimensions(settings, metric, reason), statistic, minutes)
