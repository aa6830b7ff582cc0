"""What is told of a trace, and what does it cost? Nothing without a collector; with one, every trace of a batch."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from twolamps_chassis import tracing
from twolamps_testkit.otlp_sink import OtlpSink, otlp_sink

ONE, OTHER = f"00-{'1' * 32}-{'a' * 16}-01", f"00-{'2' * 32}-{'b' * 16}-01"
SHOW_LOADED = (
    "import sys, standalone.run; print({'twolamps_chassis.tracing', 'twolamps_chassis.otlp'} & set(sys.modules))"
)


@pytest.fixture
async def sink() -> AsyncIterator[OtlpSink]:
    """A collector that this process tells its spans."""
    with otlp_sink() as made:
        tracing.start(made.url, "test")
        yield made
        await tracing.stop()


def test_without_a_collector_a_trace_goes_on_as_it_came() -> None:
    with tracing.span("any", [ONE, "not a traceparent", ""]) as work:
        assert work.traceparents == (ONE, "not a traceparent", "")
        assert tracing.traceparent() == ""
    with tracing.span("any", [OTHER, ONE]), tracing.span("inside"):
        assert tracing.traceparent() == ONE
    with tracing.span("any"):
        assert tracing.traceparent() == ""


def test_without_a_collector_the_way_to_it_is_not_loaded() -> None:
    shown = subprocess.run([sys.executable, "-c", SHOW_LOADED], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "{'twolamps_chassis.tracing'}"


async def test_a_batch_is_a_span_in_each_of_its_traces_once(sink: OtlpSink) -> None:
    with tracing.span("batch", [ONE, OTHER, "", ONE], count=4) as work:
        with tracing.span("inside"):
            pass
        first, second, none, again = work.traceparents
    assert (first[:36], second[:36], none, again) == (ONE[:36], OTHER[:36], "", first)
    await tracing.stop()
    batch = {span.trace: span for span in sink.spans if span.name == "batch"}
    assert {trace: span.parent for trace, span in batch.items()} == {"1" * 32: "a" * 16, "2" * 32: "b" * 16}
    assert {"1" * 32, "2" * 32} <= {span.trace for span in sink.spans if span.name == "inside"}


async def test_of_an_error_its_type_alone_is_told(sink: OtlpSink) -> None:
    with pytest.raises(ValueError, match="of mine"), tracing.span("any", service="prompts"):
        raise ValueError("words of mine")
    await tracing.stop()
    (told,) = sink.spans
    assert (told.failed, told.facts) == (True, {"service": "prompts", "error_type": "ValueError"})
    assert b"words" not in b"".join(sink.requests)


async def test_a_collector_that_hangs_or_is_away_holds_nothing_up() -> None:
    with socket.socket() as hangs:
        hangs.bind(("127.0.0.1", 0))
        hangs.listen()
        for port in (hangs.getsockname()[1], 9):
            tracing.start(f"http://127.0.0.1:{port}", "test")
            slowest = 0.0
            for _ in range(20_000):
                began = time.perf_counter()
                with tracing.span("any"):
                    slowest = max(slowest, time.perf_counter() - began)
            began = time.perf_counter()
            await tracing.stop()
            assert time.perf_counter() - began < 4
            assert slowest < 3
