"""Variables of Powertools that the functions' environment has beside ``Settings.to_environment()``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TELEMETRY: Mapping[str, str] = MappingProxyType(
    {
        "POWERTOOLS_SERVICE_NAME": "contact-transfer",
        "POWERTOOLS_METRICS_NAMESPACE": "ContactTransfer",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
)
