"""Which JSON Schema describes a message? Made from its descriptor, its comments and its protovalidate rules.

Promises: what a schema of a request refuses, the platform refuses; a field is required where its absence would break a
rule (asked of protovalidate itself), and in an answer where it is always printed.
"""

from importlib import resources
from typing import Any, cast

import protovalidate
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass

from buf.validate import validate_pb2

Schema = dict[str, Any]

_TIMESTAMP, _DURATION = "google.protobuf.Timestamp", "google.protobuf.Duration"
_EXAMPLES = {
    "mail": "ann@example.org",
    "password": "a long enough one",
    "displayName": "Ann",
    "pronouns": "she/her",
    "locale": "en",
    "zone": "Europe/Berlin",
    "clientName": "docs page",
    "title": "A walk by the river",
    "note": "Bring the blanket.",
    "first": "2030-05-01T19:30:00",
    "occurrence": "2030-05-01T19:30:00",
    "rrule": "FREQ=DAILY",
    "dayStart": "04:00",
    "start": "18:00",
    "end": "22:00",
}
"""What a text of this name can look like, so that a call can be tried as the page shows it."""
_PAGES = {
    "pageSize": "How many; 50 when 0 or absent.",
    "pageToken": "The nextPageToken of the page before; absent for the first page.",
    "ids": "Only these.",
    "nextPageToken": "For the next page; empty on the last.",
}
"""What the fields of every list mean."""
DESCRIPTORS = resources.files("twolamps").joinpath("descriptors.binpb")


class Schemas:
    """The components of an OpenAPI document, collected as they are referred to."""

    def __init__(self, comments: dict[str, str]) -> None:
        self._comments, self.components, self._names = comments, dict[str, Schema](), dict[str, str]()

    def reference(self, described: Descriptor | EnumDescriptor, *, asked: bool) -> Schema:
        """A reference to a component; `asked` says that clients send it."""
        name = self._name(described)
        if name not in self.components:
            self.components[name] = {}  # so that a message may hold itself
            if isinstance(described, EnumDescriptor):
                self.components[name] = self._enum(described)
            else:
                self.components[name] = self.message(described, asked=asked)
        return {"$ref": f"#/components/schemas/{name}"}

    def body(self, message: Descriptor, without: tuple[str, ...]) -> Schema:
        """A reference to the body of a request: its message but for the fields `without` that stand in the path."""
        name = self._name(message)
        self.components[name] = self.message(message, asked=True, without=without)
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, message: Descriptor, *, asked: bool, without: tuple[str, ...] = ()) -> Schema:
        """The object of a message, but for the fields that stand in the path."""
        fields = [field for field in message.fields if field.name not in without]
        needed = _needed(message) if asked else {f.name for f in fields if not f.has_presence}
        schema: Schema = {"type": "object"}
        if text := self._comments.get(message.full_name):
            schema["description"] = text
        if fields:
            schema["properties"] = {field.json_name: self.field(field, asked=asked) for field in fields}
        if required := [field.json_name for field in fields if field.name in needed]:
            schema["required"] = required
        if asked:
            schema["additionalProperties"] = False
        return schema

    def field(self, field: FieldDescriptor, *, asked: bool) -> Schema:
        """One field with its comment and limits."""
        rules: Any = field.GetOptions().Extensions[cast(Any, validate_pb2.field)]
        if field.is_repeated:
            schema: Schema = {"type": "array", "items": self._one(field, rules.repeated.items, asked=asked)}
            if rules.repeated.HasField("min_items"):
                schema["minItems"] = rules.repeated.min_items
            if rules.repeated.HasField("max_items"):
                schema["maxItems"] = rules.repeated.max_items
            if rules.repeated.unique:
                schema["uniqueItems"] = True
        else:
            schema = self._one(field, rules, asked=asked)
            if schema.get("type") == "string" and field.json_name in _EXAMPLES:
                schema["examples"] = [_EXAMPLES[field.json_name]]
        if text := self._comments.get(field.full_name) or _PAGES.get(field.json_name):
            schema["description"] = text
        return schema

    def _one(self, field: FieldDescriptor, rules: validate_pb2.FieldRules, *, asked: bool) -> Schema:
        if field.enum_type is not None:
            if not rules.enum.not_in:
                return self.reference(field.enum_type, asked=asked)
            return {
                "type": "string",
                "enum": [v.name for v in field.enum_type.values if v.number not in rules.enum.not_in],
            }
        if field.message_type is not None:
            name = field.message_type.full_name
            if name == _TIMESTAMP:
                return {"type": "string", "format": "date-time"}
            if name == _DURATION:
                return _duration(rules.duration)
            return self.reference(field.message_type, asked=asked)
        if field.type == FieldDescriptor.TYPE_BOOL:
            return {"type": "boolean", **({"const": rules.bool.const} if rules.bool.HasField("const") else {})}
        if field.type == FieldDescriptor.TYPE_INT32:
            return _integer(rules.int32)
        return _string(rules.string)

    def _name(self, described: Descriptor | EnumDescriptor) -> str:
        """The component's name; raises ValueError where two contracts want the same."""
        if self._names.setdefault(described.name, described.full_name) != described.full_name:
            raise ValueError(f"two contracts are called {described.name}")
        return described.name

    def _enum(self, enum: EnumDescriptor) -> Schema:
        words = [self._comments.get(enum.full_name, "")]
        words += [
            f"- `{v.name}`: {text}" for v in enum.values if (text := self._comments.get(_value_name(v.name, enum)))
        ]
        described = "\n".join(word for word in words if word)
        schema: Schema = {"type": "string", "enum": [value.name for value in enum.values]}
        return {**schema, "description": described} if described else schema


def comments() -> dict[str, str]:
    """The leading comment of every service, method, message, field, enum and value, by full name."""
    found: dict[str, str] = {}
    for file in FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        names: dict[tuple[int, ...], str] = {}
        for index, service in enumerate(file.service):
            names[6, index] = f"{file.package}.{service.name}"
            for inner, method in enumerate(service.method):
                names[6, index, 2, inner] = f"{file.package}.{service.name}.{method.name}"
        for index, message in enumerate(file.message_type):
            names |= _message_names(message, file.package, (4, index))
        for index, enum in enumerate(file.enum_type):
            names[5, index] = f"{file.package}.{enum.name}"
            for inner, value in enumerate(enum.value):
                names[5, index, 2, inner] = f"{file.package}.{enum.name}.{value.name}"
        for place in file.source_code_info.location:
            if place.leading_comments and (name := names.get(tuple(place.path))):
                found[name] = " ".join(place.leading_comments.split())
    return found


def _message_names(message: DescriptorProto, scope: str, path: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    name = f"{scope}.{message.name}"
    return {path: name} | {(*path, 2, index): f"{name}.{field.name}" for index, field in enumerate(message.field)}


def _value_name(value: str, enum: EnumDescriptor) -> str:
    return f"{enum.full_name}.{value}"


def _needed(message: Descriptor) -> set[str]:
    """Names of the fields whose absence breaks a rule."""
    violations: list[Any] = list(protovalidate.collect_violations(GetMessageClass(message)()))
    return {violation.proto.field.elements[0].field_name for violation in violations if violation.proto.field.elements}


def _string(rules: validate_pb2.StringRules) -> Schema:
    schema: Schema = {"type": "string"}
    if rules.uuid:
        schema["format"] = "uuid"
    if rules.email:
        schema["format"] = "email"
    for rule, keyword in (("min_len", "minLength"), ("max_len", "maxLength"), ("pattern", "pattern")):
        if rules.HasField(rule):
            schema[keyword] = getattr(rules, rule)
    return schema


def _integer(rules: validate_pb2.Int32Rules) -> Schema:
    schema: Schema = {"type": "integer", "format": "int32"}
    if rules.HasField("gte"):
        schema["minimum"] = rules.gte
    if rules.HasField("lte"):
        schema["maximum"] = rules.lte
    return schema


def _duration(rules: validate_pb2.DurationRules) -> Schema:
    """Seconds as text; JSON Schema has no word for their bounds, so they are vendor keywords beside the comment."""
    schema: Schema = {"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,9})?s$", "examples": ["3600s"]}
    if rules.HasField("gte"):
        schema["x-minimum"] = f"{rules.gte.seconds}s"
    if rules.HasField("lte"):
        schema["x-maximum"] = f"{rules.lte.seconds}s"
    return schema
