"""A log filter that adds the request id of the call, and a formatter that writes JSON.

Both are for a handler in LOGGING. docs/how-to/observability.md shows how to use them.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from sentry_scm_grpc.telemetry.calls import current_request_id


class RequestIdFilter(logging.Filter):
    """Gives every record ``request_id``, for formats such as "%(request_id)s %(message)s"; "-" outside calls."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id() or "-"
        return True


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record: time (UTC), level, logger, message, request_id, and exception and audit if
    present."""

    def format(self, record: logging.LogRecord) -> str:
        audit = getattr(record, "audit", None)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage() if audit is None else "audit",
        }
        # The audit line is written after the call, and contains the id itself.
        request_id = current_request_id() or (audit or {}).get("request_id")
        if request_id:
            line["request_id"] = request_id
        if audit is not None:
            line["audit"] = audit
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
