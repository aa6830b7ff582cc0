"""How does a message become a command, and a result a message? By field name, checked when the mapper is made.

Promises: every field of the message has its field of the dataclass and the other way round, or the process does not
start. Timestamp is an aware UTC datetime, Duration a timedelta, an enum the lower-case rest of its name, an id a UUID.
"""

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Union
from uuid import UUID

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from twolamps_chassis.errors import InvalidField

Read = Callable[[Any], Any]


class FieldsDiffer(TypeError):
    """A dataclass and its message do not have the same fields."""


def reader(target: type, message: Descriptor) -> Callable[[Message], Any]:
    """A function from a message to the dataclass `target`; raises FieldsDiffer."""
    hints = _hints(target, message)
    parts = [(f, _read_field(f, hints[f.name])) for f in message.fields]

    def read(value: Message) -> Any:
        return target(**{f.name: part(value) for f, part in parts})

    return read


def _read_field(field: FieldDescriptor, hint: Any) -> Callable[[Message], Any]:
    name, inner, optional = field.name, *_without_none(hint)
    if field.is_repeated:
        one = _read_one(field, typing.get_args(inner)[0])
        return lambda m: tuple(one(v) for v in getattr(m, name))
    one = _read_one(field, inner)
    if field.has_presence:
        return lambda m: one(getattr(m, name)) if m.HasField(name) else None
    if optional:
        return lambda m: one(getattr(m, name)) if getattr(m, name) else None
    return lambda m: one(getattr(m, name))


def _read_one(field: FieldDescriptor, hint: Any) -> Read:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return lambda v: _datetime(field.name, v)
        if field.message_type.full_name == "google.protobuf.Duration":
            return lambda v: v.ToTimedelta()
        return reader(hint, field.message_type)
    if field.enum_type is not None:
        words = _words(field.enum_type)
        return lambda v: words[v]
    if hint is UUID:
        return UUID
    if hint in (time, datetime, date):
        return lambda v: _parsed(field.name, hint, v)
    return lambda v: v


def writer(source: type, message: Descriptor) -> Callable[[Any], Message]:
    """A function from the dataclass `source` to a message; raises FieldsDiffer."""
    hints = _hints(source, message)
    parts = [(f.name, f.is_repeated, _write_one(f, hints[f.name])) for f in message.fields]
    made = GetMessageClass(message)

    def write(value: Any) -> Message:
        fields: dict[str, Any] = {}
        for name, many, part in parts:
            given = getattr(value, name)
            if given is not None:
                fields[name] = [part(v) for v in given] if many else part(given)
        return made(**fields)

    return write


def _write_one(field: FieldDescriptor, hint: Any) -> Read:
    inner = _without_none(hint)[0]
    if field.is_repeated:
        inner = typing.get_args(inner)[0]
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return _timestamp
        if field.message_type.full_name == "google.protobuf.Duration":
            return _duration
        return writer(inner, field.message_type)
    if field.enum_type is not None:
        numbers = {word: number for number, word in _words(field.enum_type).items()}
        return lambda v: numbers[v]
    if inner is UUID:
        return str
    if inner is time:
        return lambda v: v.strftime("%H:%M")
    if inner in (datetime, date):
        return lambda v: v.isoformat()
    return lambda v: v


def _hints(kind: type, message: Descriptor) -> dict[str, Any]:
    if not dataclasses.is_dataclass(kind):
        raise FieldsDiffer(f"{kind.__name__} is not a dataclass, {message.full_name} needs one")
    hints = typing.get_type_hints(kind)
    ours, theirs = {f.name for f in dataclasses.fields(kind)}, {f.name for f in message.fields}
    if ours != theirs:
        raise FieldsDiffer(f"{kind.__name__} and {message.full_name} differ in {sorted(ours ^ theirs)}")
    return hints


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (Union, types.UnionType):
        rest = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        return rest[0], True
    return hint, False


def _words(enum: EnumDescriptor) -> dict[int, str]:
    """Number -> lower-case word without the enum's prefix; 0 is the empty word."""
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {v.number: "" if v.number == 0 else v.name.removeprefix(prefix).lower() for v in enum.values}


def _datetime(name: str, value: Timestamp) -> datetime:
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidField("The time is out of range.", field=name) from error


def _parsed(name: str, kind: type[time] | type[datetime] | type[date], value: str) -> Any:
    try:
        return kind.fromisoformat(value)
    except ValueError as error:
        raise InvalidField("The local time does not exist.", field=name) from error


def _timestamp(value: datetime) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(value)
    return result


def _duration(value: timedelta) -> Duration:
    result = Duration()
    result.FromTimedelta(value)
    return result
