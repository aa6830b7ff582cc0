"""What outlives the process? A session's tokens and a stream's cursor, here in files, or wherever an app keeps things.

A file is replaced whole or not at all, readable by its owner alone (0600).
"""

import os
import tempfile
from pathlib import Path
from typing import Protocol

from google.protobuf import json_format

from twolamps.pairing.v1.pairing_pb2 import Tokens


class TokenStore(Protocol):
    """Keeps the tokens of one session. They are secrets."""

    def load(self) -> Tokens | None:
        """What was saved last, None if nothing or after None."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """Replace what is kept; None forgets it."""
        ...


class CursorStore(Protocol):
    """Keeps the place of one stream."""

    def load(self) -> str:
        """The cursor saved last, empty if none."""
        ...

    def save(self, cursor: str) -> None:
        """Replace the cursor."""
        ...


class TokenFile:
    """Tokens in a file.

    Processes that run one after the other share it well; those that run at the same time better have a session each.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def load(self) -> Tokens | None:
        """The tokens, None without a file. Raises google.protobuf.json_format.ParseError if it holds something else."""
        try:
            return json_format.Parse(self._path.read_text(), Tokens(), ignore_unknown_fields=True)
        except FileNotFoundError:
            return None

    def save(self, tokens: Tokens | None) -> None:
        """Write them durably; None removes the file."""
        if tokens is None:
            self._path.unlink(missing_ok=True)
        else:
            _replace(self._path, json_format.MessageToJson(tokens))


class FileCursor:
    """A cursor in a file of its own: one file a person and consumer."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def load(self) -> str:
        """The cursor, empty without a file."""
        try:
            return self._path.read_text().strip()
        except FileNotFoundError:
            return ""

    def save(self, cursor: str) -> None:
        """Write it durably."""
        _replace(self._path, cursor)


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
