"""Logs: what a library says of an error is its kind and place, never its text."""

import logging

from twolamps_chassis.telemetry import _Library


def test_the_text_of_an_exception_that_a_library_logs_is_not_written() -> None:
    try:
        raise ValueError("ann@example.org wrote: I miss you")
    except ValueError as error:
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "x", 1, "for %s", ("ann",), (ValueError, error, None)
        )
        line = _Library("%(levelname)s %(name)s").format(record)
    assert line.splitlines()[0] == "ERROR uvicorn.error"
    assert "ValueError" in line
    assert "test_telemetry.py" in line
    assert "ann" not in line
