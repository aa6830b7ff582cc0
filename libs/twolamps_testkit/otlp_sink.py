"""Where do a test's traces go? To a small OTLP/HTTP collector in the test's own process, which keeps what it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class SpanSeen:
    """A span, as a collector sees it. `process` is its resource's service.name; `parent` is "" at a trace's root."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    begun_ns: int
    failed: bool

    @property
    def place(self) -> tuple[str, str]:
        """Which service did what."""
        return str(self.facts.get("service", "")), self.name


@dataclass
class OtlpSink:
    """What was told so far: the spans, and the requests as they came."""

    url: str = ""
    spans: list[SpanSeen] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """Keep a request."""
        self.requests.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                facts = {a.key: getattr(a.value, a.value.WhichOneof("value") or "") for a in span.attributes}
                trace, id_, parent = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
                failed = span.status.code == span.status.STATUS_CODE_ERROR
                begun_ns = span.start_time_unix_nano
                self.spans.append(SpanSeen(process, span.name, trace, id_, parent, facts, begun_ns, failed))

    def of(self, trace: str) -> list[SpanSeen]:
        """The spans of a trace, by when they began."""
        return sorted((span for span in self.spans if span.trace == trace), key=lambda span: span.begun_ns)


@contextmanager
def otlp_sink() -> Iterator[OtlpSink]:
    """A collector on a free port of this machine."""
    sink = OtlpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not on the test's stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
