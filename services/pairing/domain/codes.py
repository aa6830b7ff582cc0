"""What does a pairing code look like? Nine symbols that cannot be mistaken for one another, shown as K7QM-3XPTA.

Promises: 30 symbols without 0 O 1 I L U, so 44 bits; case, spaces and hyphens do not matter to whoever types it.
"""

from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 9
SHOWN_FIRST = 4


def new_code(choice: Callable[[str], str]) -> str:
    """A code, normal form; `choice` draws one symbol of a text, all alike."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def shown_code(code: str) -> str:
    """A code as a person reads it."""
    return f"{code[:SHOWN_FIRST]}-{code[SHOWN_FIRST:]}"


def normal_code(typed: str) -> str:
    """What was typed, in normal form; what is no code stays none."""
    return "".join(typed.split()).replace("-", "").upper()
