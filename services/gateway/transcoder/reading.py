"""How does a request become a message? proto3 JSON, read strictly, with an error that names the field.

Promises: only fields of the contract are taken, each at most once, in lowerCamelCase or as the contract spells it;
`null` is absence; enums by full name, times as RFC 3339, durations as seconds (`"3600s"`); a text is Unicode that a
database can hold. Errors are `Problem` with status 400 in our own words.
"""

import json
import re
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.problems import refused
from gateway.transcoder.contracts import WELL_KNOWN

QUERY_FIELDS = 250  # 200 ids and the other parameters of a list

_EXPECTED = {
    FieldDescriptor.TYPE_STRING: "a text",
    FieldDescriptor.TYPE_BOOL: "true or false",
    FieldDescriptor.TYPE_INT32: "a whole number of 32 bits",
    "google.protobuf.Timestamp": "an RFC 3339 time with its offset, as 2026-05-01T19:30:00Z (in a query, + is %2B)",
    "google.protobuf.Duration": "seconds with an s, as 3600s",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_SECONDS = re.compile(r"-?\d{1,12}(\.\d{1,9})?s")


def read_body(message: Message, body: bytes, bound: Collection[str]) -> None:
    """Fill `message` from a JSON object; the fields `bound` by the path are not taken here. No bytes are no fields."""
    if not body:
        return
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise refused("body_too_deep") from None
    except ValueError:
        raise refused("body_not_json") from None
    if not isinstance(value, dict):
        raise refused("body_not_object")
    _fill(message, value, "", bound)


def read_query(message: Message, query: bytes, bound: Collection[str]) -> None:
    """Fill `message` from a query string; a dot reaches into a message, repeated fields repeat their name."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=QUERY_FIELDS,
        )
    except ValueError:
        raise refused("query_invalid") from None
    seen = set[str]()
    for name, text in pairs:
        field = read_text(message, name, text, bound)
        if field in seen and not field.endswith("[]"):
            raise refused("duplicate_field", f"{_shown(name)} is there twice.", field=_shown(name))
        seen.add(field)


def read_text(message: Message, name: str, text: str, bound: Collection[str] = ()) -> str:
    """Set the one field called `name` from a text of a path or query; its full name, a repeated one with `[]`."""
    *outer, last = name.split(".")
    full = ""
    for part in outer:
        field = _field(cast(Descriptor, message.DESCRIPTOR), part, name)
        if not _is_nested(field):
            _unknown(name)
        message, full = getattr(message, field.name), f"{full}{field.name}."
    field = _field(cast(Descriptor, message.DESCRIPTOR), last, name)
    full += field.name
    if full in bound or _is_nested(field):
        _unknown(name)
    value: Any = text
    if field.type == FieldDescriptor.TYPE_BOOL:
        value = {"true": True, "false": False}.get(text, text)
    elif field.type == FieldDescriptor.TYPE_INT32 and re.fullmatch(r"-?[0-9]{1,10}", text):
        value = int(text)
    if field.is_repeated:
        _append(message, field, value, _shown(name))
        return f"{full}[]"
    _set(message, field, value, _shown(name))
    return full


def _fill(message: Message, value: dict[str, Any], path: str, bound: Collection[str] = ()) -> None:
    seen = set[str]()
    for key, item in value.items():
        name = f"{path}{key}"
        field = _field(cast(Descriptor, message.DESCRIPTOR), key, name)
        if field.name in bound:
            _unknown(name)
        if field.name in seen:
            raise refused("duplicate_field", f"{_shown(name)} is there twice.", field=_shown(name))
        seen.add(field.name)
        if item is None:
            continue
        if not field.is_repeated:
            _set(message, field, item, _shown(name))
        elif isinstance(item, list):
            for index, element in enumerate(item):
                _append(message, field, element, f"{_shown(name)}[{index}]")
        else:
            _wrong(name, "a list")


def _set(message: Message, field: FieldDescriptor, value: Any, name: str) -> None:
    if field.message_type is None:
        setattr(message, field.name, _scalar(field, value, name))
    else:
        _message(getattr(message, field.name), value, name)


def _append(message: Message, field: FieldDescriptor, value: Any, name: str) -> None:
    repeated = getattr(message, field.name)
    if field.message_type is None:
        repeated.append(_scalar(field, value, name))
    else:
        _message(repeated.add(), value, name)


def _message(target: Any, value: Any, name: str) -> None:
    """Fill a nested message, a Timestamp or a Duration."""
    kind = target.DESCRIPTOR.full_name
    if kind in WELL_KNOWN:
        shape = _TIME if kind.endswith("Timestamp") else _SECONDS
        if not isinstance(value, str) or not shape.fullmatch(value):
            _wrong(name, _EXPECTED[kind])
        try:
            target.FromJsonString(value)
        except (ValueError, OverflowError):
            _wrong(name, _EXPECTED[kind])
    elif isinstance(value, dict):
        _fill(target, value, f"{name}.")
    else:
        _wrong(name, "an object")
    target.SetInParent()


def _scalar(field: FieldDescriptor, value: Any, name: str) -> Any:
    if field.enum_type is not None:
        known = {each.name: each.number for each in field.enum_type.values}
        if not isinstance(value, str) or value not in known:
            _wrong(name, f"one of {', '.join(known)}")
        return known[value]
    if field.type == FieldDescriptor.TYPE_STRING and isinstance(value, str):
        if "\0" in value or not _is_unicode(value):
            raise refused("not_text", f"{name} must be Unicode text without NUL characters.", field=name)
        return value
    if field.type == FieldDescriptor.TYPE_BOOL and isinstance(value, bool):
        return value
    if field.type == FieldDescriptor.TYPE_INT32 and not isinstance(value, bool):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and -(2**31) <= value < 2**31:
            return value
    _wrong(name, _EXPECTED[field.type])


@cache
def _names(message: Descriptor) -> dict[str, FieldDescriptor]:
    """Fields by both spellings; a dict of ours, since the descriptor's own breaks on names that are not Unicode."""
    return {name: field for field in message.fields for name in (field.name, field.camelcase_name)}


def _field(message: Descriptor, name: str, path: str) -> FieldDescriptor:
    field = _names(message).get(name)
    if field is None:
        meant = get_close_matches(name[:100], [known.json_name for known in message.fields], n=1)
        _unknown(path, f" Did you mean {meant[0]}?" if meant else "")
    return field


def _is_nested(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name not in WELL_KNOWN


def _unknown(name: str, hint: str = "") -> NoReturn:
    raise refused("unknown_field", f"There is no field {_shown(name)} here.{hint}", field=_shown(name))


def _wrong(name: str, expected: str) -> NoReturn:
    raise refused("wrong_type", f"{name} must be {expected}.", field=name)


def _shown(name: str) -> str:
    """A client's name for a field, bounded and printable, to be said back."""
    return name[:100].encode("ascii", "backslashreplace").decode()


def _is_unicode(text: str) -> bool:
    """False for a lone surrogate, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = _shown(next(name for name in names if names.count(name) > 1))
        raise refused("duplicate_field", f"{twice} is there twice.", field=twice)
    return found


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity are not JSON (RFC 8259 6)."""
    raise ValueError(name)
