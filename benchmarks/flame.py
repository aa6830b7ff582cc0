"""Where does the time go? Draws what py-spy saw as a small flame picture, from one function on.

    py-spy record --format raw --output stacks -- python -m benchmarks --only F5
    python -m benchmarks.flame stacks Consumer.handle > docs/flames/f05.svg

Promises: a box is as wide as its share of the samples in which that function ran; what took less than half a percent is left
out; a box tells its function, file and share, and nothing of the machine.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, LEAST = 1_000, 17, 0.005
FRAME = re.compile(r"(?P<name>.+) \((?P<file>.+?)(:\d+)?\)$")


@dataclass
class Box:
    """A function as it was called from the one below it."""

    count: int = 0
    above: dict[str, "Box"] = field(default_factory=dict)


def boxes(stacks: str, root: str) -> Box:
    """The calls from `root` on, of stacks in py-spy's raw format."""
    whole = Box()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [_short(frame) for frame in stack.split(";")]
        begins = next((n for n, frame in enumerate(frames) if frame.startswith(root)), None)
        if begins is None:
            continue
        box = whole
        box.count += int(count)
        for frame in frames[begins:]:
            box = box.above.setdefault(frame, Box())
            box.count += int(count)
    return whole


def draw(whole: Box) -> str:
    """The picture; raises ValueError where the function was never seen."""
    if not whole.count:
        raise ValueError("the function is in no sample")
    shapes, deepest = [], 0
    for name, box, left, depth in _placed(whole, whole.count, 0.0, 0):
        share, wide = box.count / whole.count, WIDTH * box.count / whole.count
        text = name if len(name) * 6.2 < wide else name[: max(0, int(wide / 6.2) - 1)]
        label = f'<text x="{left + 3:.1f}" y="{depth * ROW + 12}">{escape(text)}</text>' if len(text) > 2 else ""
        shapes.append(
            f'<g><title>{escape(name)}: {100 * share:.1f} %</title><rect x="{left:.1f}" y="{depth * ROW}" width="{wide:.1f}" '
            f'height="{ROW - 1}" fill="hsl({28 + 9 * (depth % 3)},75%,70%)"/>{label}</g>'
        )
        deepest = max(deepest, depth)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {(deepest + 1) * ROW}" font-family="monospace"'
    )
    return f'{head} font-size="10">\n' + "\n".join(shapes) + "\n</svg>\n"


def _placed(box: Box, whole: int, left: float, depth: int) -> Iterator[tuple[str, Box, float, int]]:
    for name, above in sorted(box.above.items()):
        if above.count >= LEAST * whole:
            yield name, above, left, depth
            yield from _placed(above, whole, left, depth + 1)
        left += WIDTH * above.count / whole


def _short(frame: str) -> str:
    found = FRAME.match(frame)
    return f"{found['name']} ({Path(found['file']).name})" if found else frame


if __name__ == "__main__":
    sys.stdout.write(draw(boxes(Path(sys.argv[1]).read_text(), sys.argv[2])))
