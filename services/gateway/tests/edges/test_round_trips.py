"""Does every message survive its way through JSON, a query and back, and does any input break the reading?"""

import json
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from gateway.problems import Problem
from gateway.transcoder.contracts import public_methods
from gateway.transcoder.reading import read_body, read_query
from gateway.transcoder.table import Table

METHODS = list(public_methods())
BODIES = sorted({m.request for m in METHODS if m.has_body}, key=lambda made: made.DESCRIPTOR.full_name)
QUERIES = sorted({m.request for m in METHODS if not m.has_body}, key=lambda made: made.DESCRIPTOR.full_name)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SECONDS = {
    "google.protobuf.Timestamp": (-62_135_596_800, 253_402_300_799),
    "google.protobuf.Duration": (0, 315_576_000_000),
}


@st.composite
def messages(draw: st.DrawFn, made: type[Message]) -> Message:
    """Any message of a class, within what its types can hold."""
    message = made()
    for field in cast(list[FieldDescriptor], made.DESCRIPTOR.fields):
        if not draw(st.booleans()):
            continue
        target: Any = getattr(message, field.name)
        if field.message_type is not None:
            for _ in range(draw(st.integers(1, 3)) if field.is_repeated else 1):
                part = target.add() if field.is_repeated else target
                part.CopyFrom(draw(parts(type(part))))
        elif field.is_repeated:
            target.extend(draw(st.lists(scalars(field), max_size=3)))
        else:
            setattr(message, field.name, draw(scalars(field)))
    return message


@st.composite
def parts(draw: st.DrawFn, made: type[Message]) -> Message:
    """Any value of a message field."""
    name = made.DESCRIPTOR.full_name
    if name not in SECONDS:
        return draw(messages(made))
    least, most = SECONDS[name]
    return made(seconds=draw(st.integers(least, most)), nanos=draw(st.sampled_from([0, 1, 500_000_000, 999_999_999])))


def scalars(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    """Any value of a scalar field."""
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values])
    kinds: dict[int, st.SearchStrategy[Any]] = {
        FieldDescriptor.TYPE_STRING: TEXTS,
        FieldDescriptor.TYPE_BOOL: st.booleans(),
        FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    }
    return kinds[field.type]


@pytest.mark.parametrize("proto_names", [False, True])
@given(message=st.sampled_from(BODIES).flatmap(messages))
def test_a_message_survives_its_way_through_json(message: Message, proto_names: bool) -> None:
    body = json.dumps(MessageToDict(message, preserving_proto_field_name=proto_names)).encode()
    read = type(message)()
    read_body(read, body, ())
    assert read == message


@given(message=st.sampled_from(QUERIES).flatmap(messages))
def test_a_message_survives_its_way_through_a_query(message: Message) -> None:
    read = type(message)()
    read_query(read, urlencode(_texts(MessageToDict(message)), doseq=True).encode(), ())
    assert read == message


def _texts(fields: dict[str, Any]) -> dict[str, Any]:
    """Values as a query spells them."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}


def refusal(read: Callable[[], object]) -> int | None:
    """The status that reading ends with, None where it reads; any other exception is a fault."""
    try:
        read()
    except Problem as problem:
        return problem.status
    return None


NAMES = (
    st.sampled_from(sorted({f.json_name for made in (*BODIES, *QUERIES) for f in made.DESCRIPTOR.fields})) | st.text()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(
    made=st.sampled_from(BODIES),
    body=st.binary(max_size=50) | st.dictionaries(NAMES, ANYTHING).map(lambda v: json.dumps(v).encode()),
)
def test_no_body_breaks_the_reading(made: type[Message], body: bytes) -> None:
    assert refusal(lambda: read_body(made(), body, ())) in (None, 400)


@given(
    made=st.sampled_from(QUERIES),
    query=st.binary(max_size=50) | st.lists(st.tuples(NAMES, TEXTS)).map(lambda v: urlencode(v).encode()),
)
def test_no_query_breaks_the_reading(made: type[Message], query: bytes) -> None:
    assert refusal(lambda: read_query(made(), query, ())) in (None, 400)


@given(
    path=st.lists(
        st.sampled_from(["/", ":", "%3A", "%2F", "%FF", "%", "v1", "me", "invites", "7", "accept"]), max_size=9
    )
)
def test_no_path_breaks_the_routing(path: list[str]) -> None:
    assert refusal(lambda: Table(METHODS).find(("/" + "".join(path)).encode())) in (None, 400, 404)


def test_every_public_method_is_found_by_its_own_template() -> None:
    table = Table(METHODS)
    for method in METHODS:
        path = method.template
        for name in method.path_fields:
            path = path.replace(f"{{{name}}}", f"the-{name}")
        methods, values = table.find(path.encode())
        assert methods[method.http] is method
        assert values == [f"the-{name}" for name in method.path_fields]
