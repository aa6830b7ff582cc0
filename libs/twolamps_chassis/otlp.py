"""How do spans reach an operator's collector? OpenTelemetry's SDK batches them and sends OTLP over HTTP, in a thread.

Promises: telling a span never waits and never fails; what the collector does not take in time is dropped. Which of the
traces that begin here are told, OpenTelemetry's own OTEL_TRACES_SAMPLER says (all, by default); those that come with a
caller are told if the caller tells them.
"""

import asyncio

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from twolamps_chassis.tracing import Facts, Kind

MOST_WAITING, MOST_AT_ONCE, EVERY_MS = 8_192, 512, 1_000
SEND_WITHIN_S, LAST_WITHIN_MS = 5.0, 2_000
LIMITS = SpanLimits(
    max_span_attributes=8, max_span_attribute_length=128, max_events=0, max_links=0, max_event_attributes=0,
    max_link_attributes=0,
)  # fmt: skip
KINDS = {"internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "producer": SpanKind.PRODUCER,
         "consumer": SpanKind.CONSUMER}  # fmt: skip


class Told:
    """A span of one trace."""

    __slots__ = ("span", "traceparent")

    def __init__(self, span: Span) -> None:
        place = span.get_span_context()
        self.span = span
        self.traceparent = f"00-{place.trace_id:032x}-{place.span_id:016x}-{place.trace_flags:02x}"  # W3C 3.2

    def set(self, facts: Facts) -> None:
        """Say more of it."""
        self.span.set_attributes(dict(facts))  # type: ignore[arg-type]  # a TypedDict's values read as objects

    def fail(self, facts: Facts) -> None:
        """It did not end well."""
        self.set(facts)
        self.span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        """It is over."""
        self.span.end()


class Trail:
    """The spans of this process, on their way to the collector at a URL such as http://collector:4318."""

    def __init__(self, collector: str, process: str) -> None:
        exporter = OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces", timeout=SEND_WITHIN_S)
        self.sending = BatchSpanProcessor(exporter, MOST_WAITING, EVERY_MS, MOST_AT_ONCE)
        provider = TracerProvider(
            resource=Resource.create({"service.name": process}), span_limits=LIMITS, shutdown_on_exit=False
        )
        provider.add_span_processor(self.sending)
        self.tracer = provider.get_tracer("twolamps")
        self.reader = TraceContextTextMapPropagator()

    def begin(self, name: str, parent: str, kind: Kind, facts: Facts) -> Told:
        """A span below the one that `parent` names; the first of a new trace where it names none."""
        around = self.reader.extract({"traceparent": parent}, Context())
        return Told(self.tracer.start_span(name, around, KINDS[kind], dict(facts)))  # type: ignore[arg-type]  # as above

    async def close(self) -> None:
        """Send what waits, for a moment; by itself the library gives a collector that is away half a minute."""
        await asyncio.to_thread(self.sending._batch_processor.shutdown, LAST_WITHIN_MS)
