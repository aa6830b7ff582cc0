"""What did the server say? A parser of server-sent events (WHATWG HTML, 9.2.6) that takes bytes in any chunks."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r)")


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event with data. `id` is the last id that was sent, with this event or before."""

    event: str
    data: str
    id: str


class EventParser:
    """Feed it chunks as they come; an event is out once its blank line is in.

    One parser serves one connection: an event that was cut off is dropped with it.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""
        self._ended_in_cr = False
        self._event, self._data, self._id = "", list[str](), ""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Every event that this chunk completes. Consume it before feeding the next."""
        text = self._decoder.decode(chunk)
        if not text:
            return
        self._rest += text.removeprefix("\n") if self._ended_in_cr else text  # the second half of a CRLF
        self._ended_in_cr = text.endswith("\r")
        end = 0
        for line in _LINE.finditer(self._rest):
            end = line.end()
            if line[1]:
                self._field(line[1])
            elif event := self._dispatch():
                yield event
        self._rest = self._rest[end:]

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _dispatch(self) -> ServerSentEvent | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        return ServerSentEvent(event or "message", "\n".join(data), self._id) if data else None
