"""Logs: what a library says of an error is its kind and place, never its text; of ours, only what is on the list."""

import logging
import time

import pytest

from twolamps_chassis.telemetry import _Library, _only_allowed, _Quiet


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


def test_a_field_that_is_not_on_the_list_is_not_written() -> None:
    told = {"event": "thing.happened", "service": "pairing"}
    words = {"mail": "ann@example.org", "title": "A walk", "person_id": "ann"}
    assert _only_allowed(None, "info", told | words) == told


def test_what_a_library_says_again_and_again_is_written_once_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now, quiet = 0.0, _Quiet()
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def written(line: int) -> bool:
        record = logging.LogRecord("aiokafka", logging.ERROR, "client.py", line, "no %s", (now,), None)
        return bool(quiet.filter(record))

    assert [written(1), written(1), written(2)] == [True, False, True]
    now = 9.9
    assert not written(1)
    now = 10.0
    assert [written(1), written(1)] == [True, False]
