"""Do rows say what was measured?"""

from dataclasses import asdict

from benchmarks.rows import NEVER, Bar, Row, measured, page, wrong


def test_a_row_is_the_median_of_its_repeats_with_both_ends_and_how_many_they_were() -> None:
    row = measured("F7", "a command", "Twolamps", "ms", 100, [7.0, 5.0, 9.0], bar=Bar("at most", 8))
    kept = asdict(row)
    assert [kept[name] for name in ("value", "min", "max", "repeats", "n")] == [7, 5, 9, 3, 100]
    assert row.met


def test_one_wrong_repeat_of_three_misses_the_bar_though_the_median_is_0() -> None:
    row = wrong("F12", "lost", "Twolamps", "invites", 300, [0, 2, 0], bar=NEVER)
    assert (row.value, row.min, row.max, row.repeats, row.n) == (2, 0, 2, 3, 300)
    assert row.met is False


def test_a_ratio_is_the_value_over_the_peers_and_is_left_out_over_0() -> None:
    floor, nothing = (measured("F7", "bare", "bare", "ms", 100, [value]) for value in (2.0, 0.0))
    assert measured("F7", "a command", "Twolamps", "ms", 100, [5.0], peer=floor).ratio == 2.5
    beside_nothing = measured("F7", "a command", "Twolamps", "ms", 100, [5.0], peer=nothing)
    assert (beside_nothing.peer, beside_nothing.ratio) == ("bare", None)


def test_the_page_has_a_cell_for_every_column() -> None:
    row = measured("F7", "a command", "Twolamps", "ms", 100, [7.0, 5.0, 9.0], bar=Bar("at most", 8))
    lines = page("a machine", [row, Row("F8", "what", "nobody", "", note="not installed")]).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    cells = [cell.strip() for cell in table[2].strip("|").split("|")]
    named = dict(zip((name.strip() for name in table[0].strip("|").split("|")), cells, strict=True))
    assert (named["repeats"], named["min"], named["max"], named["met"]) == ("3", "5", "9", "yes")


def test_a_bar_of_at_least_is_reached_from_above() -> None:
    assert Bar("at least", 300).met(300)
    assert not Bar("at least", 300).met(299)
    assert not NEVER.met(1)
