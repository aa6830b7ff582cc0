"""What does a measurement say, and where is it kept? Rows in results.json, shown as RESULTS.md.

Promises: a run replaces the rows of the figures it measured and keeps all others, each with the commit and the day it was
measured on; nothing in RESULTS.md is written by hand.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Literal

FOLDER = Path(__file__).parent
RESULTS, PAGE = FOLDER / "results.json", FOLDER / "RESULTS.md"
COLUMNS = "| id | what | who | value | unit | n | repeats | min | max | CPU us | peer | ratio | bar | met | commit |"


@dataclass(frozen=True)
class Bar:
    """What a figure is held to: at least, or at most, so much of its unit."""

    sense: Literal["at least", "at most"]
    value: float

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.value if self.sense == "at least" else value <= self.value


NEVER = Bar("at most", 0)


@dataclass(frozen=True)
class Row:
    """One figure of one contender. `value` is the median of the `repeats`, whose ends are `min` and `max`; each repeat
    counted `n` things. `ratio` is `value` over the value of `peer` in the same run. `cpu_us`: microseconds of CPU a
    thing. `note` says why there is no value, or what to know of it."""

    id: str
    what: str
    who: str
    unit: str
    n: int = 0
    value: float | None = None
    repeats: int = 0
    min: float | None = None
    max: float | None = None
    cpu_us: float | None = None
    peer: str = ""
    ratio: float | None = None
    bar: str = ""
    met: bool | None = None
    note: str = ""
    measured: str = ""


def measured(
    id: str,
    what: str,
    who: str,
    unit: str,
    n: int,
    repeats: Sequence[float],
    *,
    cpu_us: Sequence[float] = (),
    peer: Row | None = None,
    bar: Bar | None = None,
    note: str = "",
) -> Row:
    """The row of some repeats, against a peer's row and a bar."""
    value = median(repeats)
    theirs = peer.value if peer is not None else None
    return Row(
        id, what, who, unit, n, value, len(repeats), min(repeats), max(repeats), median(cpu_us) if cpu_us else None,
        peer.who if peer is not None else "", value / theirs if theirs else None,
        f"{bar.sense} {_short(bar.value)}" if bar else "", bar.met(value) if bar else None, note,
    )  # fmt: skip


def wrong(
    id: str,
    what: str,
    who: str,
    unit: str,
    n: int,
    repeats: Sequence[float],
    *,
    peer: Row | None = None,
    bar: Bar | None = None,
) -> Row:
    """The row of what should never be, with `n` chances in all repeats: they count together, since a median would hide the
    one in which it was."""
    row = measured(id, what, who, unit, n, [sum(repeats)], peer=peer, bar=bar)
    return replace(row, repeats=len(repeats), min=min(repeats), max=max(repeats))


def skipped(id: str, what: str, who: str, why: str) -> Row:
    """A row that says why there is nothing to read in it."""
    return Row(id, what, who, "", note=why)


def save(fresh: Iterable[Row], machine: str, where: str) -> None:
    """Put these rows in the place of older ones of the same figures; `where` is the commit and the day."""
    new = [asdict(row) | {"measured": where} for row in fresh]
    replaced = {row["id"] for row in new}
    old = json.loads(RESULTS.read_text())["rows"] if RESULTS.exists() else []
    rows = sorted([row for row in old if row["id"] not in replaced] + new, key=lambda row: int(row["id"][1:]))
    RESULTS.write_text(json.dumps({"command": "make bench", "machine": machine, "rows": rows}, indent=1) + "\n")
    PAGE.write_text(page(machine, [Row(**row) for row in rows]))


def page(machine: str, rows: Sequence[Row]) -> str:
    """RESULTS.md."""
    lines = [
        "# Results",
        "",
        "Written by `make bench` (`make bench ONLY=F1,F5` replaces those figures alone). "
        "What is measured, and how: [docs/performance.md](../docs/performance.md).",
        "",
        f"Machine: {machine}.",
        "",
        "`value` is the median of the repeats, `min` and `max` are their ends, `n` is what one repeat counted; where nothing "
        "may be, `value` and `n` are the sums of all repeats. `ratio` is the value over the peer's in the same run. A bar stands "
        "with Twolamps' own rows.",
        "",
        COLUMNS,
        "|" + " --- |" * (COLUMNS.count("|") - 1),
    ]
    for row in rows:
        numbers = [_short(row.value), row.unit, str(row.n or ""), str(row.repeats or "")]
        numbers += [_short(x) for x in (row.min, row.max, row.cpu_us)]
        met = "" if row.met is None else "yes" if row.met else "**no**"
        cells = [row.id, row.what, row.who, *numbers, row.peer, _short(row.ratio), row.bar, met, row.measured]
        lines.append("| " + " | ".join(cells) + " |")
    notes = [f"- {row.id}, {row.what}, {row.who}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, "", *notes]) + "\n"


def line(row: Row) -> str:
    """A row for who watches the run."""
    ends = f" ({_short(row.min)} to {_short(row.max)})" if row.min != row.max else ""
    ratio = f", {_short(row.ratio)} of {row.peer}" if row.ratio else ""
    bar = "" if row.met is None else f", {row.bar}: {'met' if row.met else 'NOT MET'}"
    cpu = f", {_short(row.cpu_us)} us CPU each" if row.cpu_us else ""
    note = f"; {row.note}" if row.note else ""
    return f"{row.id} {row.what} [{row.who}]: {_short(row.value)} {row.unit}{ends}, n={row.n:,}{cpu}{ratio}{bar}{note}"


def _short(value: float | None) -> str:
    """Three figures are all that a measurement here can carry."""
    if value is None:
        return ""
    return f"{round(value):,}" if abs(value) >= 100 else f"{value:.3g}"
