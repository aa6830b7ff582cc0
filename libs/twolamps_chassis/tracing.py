"""How is one command followed through every process? By spans, told to an OTLP collector where an operator names one.

Who works for a trace names it by its W3C traceparent, which travels in gRPC metadata, outbox rows and Kafka headers. A
batch works for many traces at once: its span is then one in each of them, so that every command's trace is whole.

Promises: without a collector nothing is told, and a traceparent is passed on as it came. A span says which
service did what to how many and how that ended: never whose it was, and never the text of an error.
"""

from collections.abc import Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypedDict, Unpack

if TYPE_CHECKING:
    from twolamps_chassis.otlp import Told, Trail

Kind = Literal["internal", "server", "producer", "consumer"]
traces: ContextVar[tuple[str, ...]] = ContextVar("traces", default=())
"""The traceparents of the work that is done here; "" is of no trace."""
_trail: "Trail | None" = None


class Facts(TypedDict, total=False):
    """All that a span may say; `code` is gRPC's, `error_type` the name of a class."""

    service: str
    source: str
    count: int
    code: str
    error_type: str


class Span:
    """Work under way, in each of its traces. `traceparents`: what to pass on, one for each that was given."""

    __slots__ = ("_before", "_failed", "_told", "traceparents")

    def __init__(self, traceparents: tuple[str, ...], told: "Sequence[Told]" = ()) -> None:
        self.traceparents, self._told, self._failed = traceparents, told, False

    def set(self, **facts: Unpack[Facts]) -> None:
        """Say more of it."""
        for told in self._told:
            told.set(facts)

    def failed(self, error: BaseException) -> None:
        """It did not end well; of the first error that says so the type is told."""
        if not self._failed:
            self._failed = True
            for told in self._told:
                told.fail({"error_type": type(error).__name__})

    def __enter__(self) -> Self:
        self._before: Token[tuple[str, ...]] = traces.set(self.traceparents)
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        traces.reset(self._before)
        if error is not None:
            self.failed(error)
        for told in self._told:
            told.end()


def span(name: str, parents: Sequence[str] | None = None, *, kind: Kind = "internal", **facts: Unpack[Facts]) -> Span:
    """A span to work in, `with span(...):`, in each trace of `parents`; without them in the traces of the work around it,
    else in a new one."""
    given = tuple(parents) if parents is not None else traces.get() or ("",)
    if _trail is None:
        return Span(given)
    told = {
        parent: _trail.begin(name, parent, kind, facts) for parent in dict.fromkeys(given) if parent or parents is None
    }
    return Span(tuple(told[p].traceparent if p in told else p for p in given), tuple(told.values()))


def traceparent() -> str:
    """What to pass on of the work that is done here; of several the last."""
    given = traces.get()
    return given[-1] if given else ""


def start(collector: str, process: str) -> None:
    """Tell this process's spans to the OTLP/HTTP collector at a URL, under a name; "" tells none."""
    global _trail
    if collector:
        from twolamps_chassis.otlp import Trail

        _trail = Trail(collector, process)


async def stop() -> None:
    """Tell what waits, for at most two seconds, and from here on none."""
    global _trail
    trail, _trail = _trail, None
    if trail is not None:
        await trail.close()
