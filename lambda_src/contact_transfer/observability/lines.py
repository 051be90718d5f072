"""Log lines: Powertools' formatter, with a short way for lines of fixed words.

Powertools fills in templates, reads each message as JSON and looks for an exception and its frames: more work than everything else
that a message needs beside its calls. The keys, their order and their values are Powertools' own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

_STANDARD = frozenset(RESERVED_LOG_ATTRS)
#: Made once; ``json.dumps`` makes one for each text when it is not to use its defaults.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


class LineFormatter(LambdaPowertoolsFormatter):
    """For a ``Logger`` whose messages are plain words, with everything else in keys. An exception takes Powertools' own way."""

    def __init__(self, trace: Callable[[], str | None]) -> None:
        """``trace``: the invocation's X-Ray header, as Lambda spells it."""
        super().__init__(json_serializer=ENCODER.encode)
        self._trace = trace
        self._second, self._before, self._after = -1, "", ""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON; keys without a value are left out."""
        if record.exc_info or record.args:
            return super().format(record)
        line = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.msg,
            "timestamp": self._timestamp(record),
        }
        for keys in (self.log_format, record.__dict__):
            line |= {name: value for name, value in keys.items() if value is not None and name not in _STANDARD}
        if trace := self._trace():
            line["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
        return self.serialize(line)

    def _timestamp(self, record: logging.LogRecord) -> str:
        # Lines of one second differ in their milliseconds alone: "2026-03-01 09:30:00,123+0000".
        second = int(record.created)
        if second != self._second:
            before, _, after = self.formatTime(record).partition(",")
            self._second, self._before, self._after = second, before, after[3:]
        return f"{self._before},{int(record.msecs):03d}{self._after}"
