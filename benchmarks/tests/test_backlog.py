"""Is a growing backlog told from one that goes up and down?"""

import pytest

from benchmarks.f08_sustained import slope


def test_a_backlog_that_grows_by_three_a_second_has_that_slope() -> None:
    assert slope([10 + 3 * n + (-1) ** n for n in range(60)]) == pytest.approx(3, abs=0.01)


def test_a_backlog_that_goes_up_and_down_is_flat() -> None:
    assert slope([40, 2] * 30) == pytest.approx(0, abs=0.05)


def test_a_backlog_that_was_seen_once_is_flat() -> None:
    assert slope([7]) == slope([]) == 0
