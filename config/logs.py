"""Log records: one JSON object a line in production, plain lines for people while developing."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request_id"}


class RequestIdFilter(logging.Filter):
    """Stamps each record with the id of the request it was written in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `request_id`; let every record through."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Writes a record and whatever was handed over as `extra` as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; values that JSON does not know become text."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            line["request_id"] = request_id
        line.update({key: value for key, value in vars(record).items() if key not in STANDARD})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def logging_settings(*, human: bool, level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "json": {"()": JsonFormatter},
            "human": {"format": "%(levelname)-7s %(name)s %(request_id)s %(message)s"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "filters": ["request_id"],
                "formatter": "human" if human else "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # One line for each pulse, three times over, would bury everything else; failures are errors.
            **{name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")},
            # It writes down whole addresses, and those of webhooks are secrets.
            "httpx": {"level": "WARNING"},
        },
    }
