"""What a host writes to standard error: lines for people, or a JSON object a line for programs."""

import json
import logging
import os
import time
from errno import EAGAIN

__all__ = ["JSONFormatter", "TextFormatter", "json_line", "report_access_log", "set_up_logs"]

# What every record has; anything else was given by `extra=`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TextFormatter(logging.Formatter):
    """`2026-11-23T01:25:47.123Z ERROR necro: what happened`, then the traceback if there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The time in UTC with milliseconds."""
        return _time(record.created)


class JSONFormatter(logging.Formatter):
    """A JSON object: `time`, `level`, `logger`, `message`, `exception`, and what `extra=` gave."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        document: dict[str, object] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in vars(record).items():
            if name not in _USUAL:
                document.setdefault(name, value)
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            document["stack"] = record.stack_info
        return json.dumps(document, default=str)


def _time(seconds: float) -> str:
    """A time in UTC (RFC 3339)."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


class _Handler(logging.Handler):
    """Writes each record at once, so that workers do not mix their lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record; like the standard library's, it never raises into the app."""
        try:
            octets = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            while octets:
                octets = octets[os.write(2, octets) :]
        except Exception:
            self.handleError(record)


def set_up_logs(log_format: str, level: str) -> None:
    """Has the root logger write to standard error, unless the app has set up one of its own.

    - log_format: `text` or `json`.
    - level: the least level that is logged, in lower case.
    """
    root = logging.getLogger()
    if root.handlers:
        return
    handler = _Handler()
    handler.setFormatter(_formatter(log_format))
    root.addHandler(handler)
    root.setLevel(level.upper())


def _formatter(log_format: str) -> logging.Formatter:
    return JSONFormatter() if log_format == "json" else TextFormatter()


def report_access_log(error_number: int, line_count: int) -> None:
    """Logs that lines of the access log are lost, or how many were.

    - error_number: why they are; 0 when the log can be written again or the worker ends.
    - line_count: how many were lost until then.
    """
    logger = logging.getLogger("necro")
    if error_number:
        reason = "nobody reads it" if error_number == EAGAIN else os.strerror(error_number)
        logger.warning("the access log cannot be written, its lines are dropped: %s", reason)
    else:
        lines = "1 line was" if line_count == 1 else f"{line_count} lines were"
        logger.warning("%s dropped from the access log", lines)


def json_line(text: str) -> str:
    """What the host says, as a JSON object like those of the log."""
    return JSONFormatter().format(logging.LogRecord("necro", logging.INFO, "", 0, text, None, None))
