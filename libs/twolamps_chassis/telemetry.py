"""What can be seen from outside? Structured logs and metrics, with ids and counts and never a person's words.

Promises: a log line carries only fields of the allow-list; the text of an exception is never logged, only its type and
the line it came from, since a text may quote what somebody wrote.
"""

import logging
import sys
import time
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

CALLS = Histogram("twolamps_calls_seconds", "RPCs by method and outcome", ["method", "code"])
RELAYED = Counter("twolamps_relayed_events_total", "Events the relay handed on", ["source"])
CONSUMED = Counter("twolamps_consumed_events_total", "Events a consumer settled", ["service", "source", "outcome"])
DUE = Histogram("twolamps_due_lateness_seconds", "How late due rows were claimed", ["table"])
STREAMS = Gauge("twolamps_open_streams", "Open client streams", ["transport"])
OUTBOX_AGE = Gauge("twolamps_outbox_oldest_seconds", "Age of the oldest event that waits", ["service"])
PARKED = Gauge("twolamps_parked_events", "Parked events", ["service", "reason"])
HELD = Gauge("twolamps_held_seconds", "Age of the oldest event that waits for one before it", ["service"])
LEADS = Gauge("twolamps_relay_leads", "Whether this process's relay is the one that hands on", ["service"])
REDIS = Gauge("twolamps_redis_answers", "Whether Redis answers, by what it is asked for", ["use"])
QUIET_S = 10.0
ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "error_type", "at"),
        *("service", "source", "key", "seq", "type", "table", "method", "role", "count", "request_id"),
    }
)


def _only_allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in line.items() if name in ALLOWED}


class _Library(logging.Formatter):
    """A library's line: its message and the text of its exception may quote anything, so neither is written."""

    def formatException(self, ei: Any) -> str:
        return " ".join(origin(ei[1]).values())

    def formatStack(self, stack_info: str) -> str:
        return ""


class _Quiet(logging.Filter):
    """A library says the same thing from the same line once in ten seconds: while a broker is away, aiokafka says it a
    hundred times a second."""

    def __init__(self) -> None:
        super().__init__()
        self.until: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.pathname, record.lineno), time.monotonic()
        if now < self.until.get(place, 0.0):
            return False
        self.until[place] = now + QUIET_S
        return True


def configure_logs(level: str) -> None:
    """JSON lines on stderr from here on; libraries' own loggers only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Library("%(levelname)s %(name)s"))
    handler.addFilter(_Quiet())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log() -> Any:
    """The logger."""
    return structlog.get_logger()


def origin(error: BaseException) -> dict[str, str]:
    """Fields that tell an error without its text: its type, and the innermost lines of ours."""
    frames = [
        f"{f.filename.rsplit('/', 2)[-2]}/{f.filename.rsplit('/', 1)[-1]}:{f.lineno}"
        for f in traceback.extract_tb(error.__traceback__)
    ]
    return {"error_type": type(error).__name__, "at": " < ".join(reversed(frames[-4:]))}
