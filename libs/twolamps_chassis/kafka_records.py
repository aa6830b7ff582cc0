"""What does a Kafka record say? Its headers and bytes are read into a Record, whatever they are.

Promises: reading never raises. What does not name its place or its type becomes the only record of a stream of its own,
with everything that arrived as its body: consumers park it there, once, and nothing behind it waits.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, UUID, uuid5

from twolamps_chassis.records import UNREADABLE, Record

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

TYPE = re.compile(r"[\w.]{1,200}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)  # fits PostgreSQL's bigint
TRACEPARENT = re.compile(r"[0-9a-f-]{55}")  # W3C Trace Context 3.2
MAX_EPOCH = 2**31 - 1
MAX_MILLISECONDS = 253_402_300_799_000  # the end of year 9999


def read_record(source: str, raw: "ConsumerRecord") -> Record:
    """The record of a publishing service's topic. Of a header given twice the last one counts (CloudEvents has none)."""
    texts = {name: value.decode(errors="replace") for name, value in raw.headers if value is not None}
    try:
        key = UUID((raw.key or b"").decode())
        seq, epoch, kind = _number(texts["seq"]), _number(texts["epoch"]), texts["ce_type"]
        if seq < 1 or epoch > MAX_EPOCH or not TYPE.fullmatch(kind):
            raise ValueError
    except (ValueError, KeyError):
        return _unreadable(source, raw)
    trace = texts.get("traceparent", "")
    trace = trace if TRACEPARENT.fullmatch(trace) else ""
    return Record(source, key, seq, epoch, kind, _time(texts.get("ce_time", ""), raw), trace, raw.value or b"")


def _number(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise ValueError
    return int(text)


def _time(text: str, raw: "ConsumerRecord") -> datetime:
    """When it happened, else when Kafka took it."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(min(max(raw.timestamp, 0), MAX_MILLISECONDS) / 1000, UTC)


def _unreadable(source: str, raw: "ConsumerRecord") -> Record:
    def text(value: bytes | None) -> str | None:
        return None if value is None else b64encode(value).decode()

    arrived = {"key": text(raw.key), "headers": [[k, text(v)] for k, v in raw.headers], "value": text(raw.value)}
    body = dumps(arrived).encode()
    place = f"{raw.topic}/{raw.partition}/{raw.offset}/{sha256(body).hexdigest()}"  # a wiped log gives an offset twice
    return Record(source, uuid5(NAMESPACE_OID, place), 1, 0, UNREADABLE, _time("", raw), "", body)
