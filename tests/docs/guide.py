"""What does a guide tell its reader to do, and what does it say will come of it? A guide's marked blocks, run in their order.

A comment on the line above a fence marks it: `<!-- run -->` is said to one shell, `<!-- file: NAME -->` is saved under that
name, `<!-- says -->` is what the last command prints, all of it, with `...` for what differs from run to run and lines broken as
it reads well; `<!-- says: in any order -->` the same, line by line. Blocks without a mark are for reading.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(
    r"^<!-- (?P<mark>run|file|says)(?:: (?P<what>[^\n]+?))? -->\n```\w*\n(?P<text>.*?)^```$", re.M | re.S
)
BETWEEN = "@@ what follows is said by the next block @@"
WITHIN_S = 60.0


@dataclass(frozen=True)
class Block:
    """One marked block; `line` is where its fence begins, `what` a file's name or how an output is compared."""

    mark: str
    what: str
    text: str
    line: int


class NotAsSaid(AssertionError):
    """A command of a guide failed, or printed something else than the guide says."""


def blocks(text: str) -> list[Block]:
    """The marked blocks of a guide, in order. Raises ValueError where a mark stands above no block."""
    found = [
        Block(match["mark"], match["what"] or "", match["text"], text[: match.start()].count("\n") + 2)
        for match in BLOCK.finditer(text)
    ]
    if len(found) != len(re.findall(r"^<!-- (?:run|file|says)\b", text, re.M)):
        raise ValueError("a mark is not right above a fence")
    return found


def follow(guide: str, folder: Path, replaced: Mapping[str, str]) -> None:
    """Do in `folder` what a guide says, with these texts replaced in all of it. Raises NotAsSaid."""
    for old, new in replaced.items():
        guide = guide.replace(old, new)
    script, said = ["set -eu -o pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"], list[Block]()
    for block in blocks(guide):
        if block.mark == "run":
            script += [f"echo '{BETWEEN}'", block.text]
        elif block.mark == "file":
            (folder / block.what).write_text(block.text)
        said += [block] * (block.mark != "file")
    (folder / "guide.sh").write_text("\n".join(script))
    done = subprocess.run(
        ["bash", "guide.sh"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=WITHIN_S, check=False,
    )  # fmt: skip
    _compare(said, done.stdout.split(f"{BETWEEN}\n")[1:], done.returncode)


def _compare(said: list[Block], outputs: list[str], code: int) -> None:
    """What the commands printed, one output each, beside what the guide says they do."""
    now = ""
    for block in said:
        if block.mark == "run":
            now = outputs.pop(0) if outputs else ""
            if code and not outputs:
                raise NotAsSaid(f"line {block.line}: ended with {code}: {now}")
        elif not is_as_said(now, block.text, block.what == "in any order"):
            raise NotAsSaid(f"line {block.line}: the guide says\n{block.text}\nand what came is\n{now}")


def is_as_said(output: str, said: str, in_any_order: bool = False) -> bool:
    """Whether an output is what a guide says it is."""
    if in_any_order:
        output, said = ("\n".join(sorted(text.strip().splitlines())) for text in (output, said))
    pattern = ".*?".join(re.escape("".join(part.split())) for part in said.split("..."))
    return re.fullmatch(pattern, "".join(output.split())) is not None
