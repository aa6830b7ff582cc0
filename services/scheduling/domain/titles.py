"""What may an invite or a reminder be called?

Promises: a title is one line of visible text that turns no other text round: it stands in the app's own sentences, before both.
"""

from typing import Final
from unicodedata import bidirectional, category

from scheduling.domain.errors import TitleNotAllowed

LONGEST: Final = 120
VISIBLE: Final = frozenset("LNPS")
"""Unicode's letters, numbers, punctuation and symbols; not its spaces, marks and formats, which may show nothing."""
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols by their category that show nothing: fillers of Hangul, the Braille cell without dots, a null note head."""
BREAKS: Final = frozenset(("Cc", "Zl", "Zp"))
TURNS: Final = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
"""The explicit controls of Unicode's bidirectional algorithm."""


def clean_title(title: str) -> str:
    """The title without outer spaces. Raises TitleNotAllowed unless it is one visible line of up to 120 characters."""
    cleaned = title.strip()
    if len(cleaned) > LONGEST or any(category(each) in BREAKS or bidirectional(each) in TURNS for each in cleaned):
        raise TitleNotAllowed
    if not any(category(each)[0] in VISIBLE and each not in BLANK for each in cleaned):
        raise TitleNotAllowed
    return cleaned
