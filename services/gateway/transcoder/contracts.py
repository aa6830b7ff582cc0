"""Which RPCs are public over HTTP, under which paths? All with a google.api.http rule, read from the descriptors.

Promises: a contract that the transcoder cannot speak (a stream, a body that is not "*", a map, a double claim of one
path) stops the start, so that what is listed here works.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from google.api import annotations_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from twolamps.notifications.v1 import notifications_pb2
from twolamps.pairing.v1 import pairing_pb2
from twolamps.prompts.v1 import prompts_pb2
from twolamps.scheduling.v1 import scheduling_pb2
from twolamps_chassis.edge import access_of, needs_key

PUBLIC = (pairing_pb2, prompts_pb2, scheduling_pb2, notifications_pb2)
WELL_KNOWN = ("google.protobuf.Timestamp", "google.protobuf.Duration")
SCALARS = (
    FieldDescriptor.TYPE_STRING,
    FieldDescriptor.TYPE_BOOL,
    FieldDescriptor.TYPE_INT32,
    FieldDescriptor.TYPE_ENUM,
)


class UnspeakableContract(Exception):
    """This contract cannot be spoken over HTTP/JSON."""


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC and its HTTP rule."""

    descriptor: MethodDescriptor
    http: str
    template: str
    request: type[Message]
    response: type[Message]

    @property
    def rpc(self) -> str:
        """The path of the call in gRPC."""
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    @property
    def service(self) -> str:
        """The service that answers, as the package names it: twolamps.<service>.v1."""
        return str(self.descriptor.containing_service.full_name).split(".")[1]

    @property
    def path_fields(self) -> tuple[str, ...]:
        """Names of the request's fields that stand in the path, in their order there; nested ones with dots."""
        return tuple(re.findall(r"{([^}]+)}", self.template))

    @property
    def has_body(self) -> bool:
        """Whether fields come in a JSON body; else in the query."""
        return self.http in ("POST", "PUT", "PATCH")

    @property
    def access(self) -> int:
        """Who may call it; raises TypeError where the contract does not say."""
        return access_of(self.descriptor)

    @property
    def needs_key(self) -> bool:
        """Whether an Idempotency-Key is required."""
        return needs_key(self.descriptor)


def public_methods() -> Iterator[Method]:
    """Every method with an HTTP rule, in the order of the contracts; raises UnspeakableContract."""
    for module in PUBLIC:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                if method.GetOptions().HasExtension(annotations_pb2.http):
                    yield _method(method)


def _method(method: MethodDescriptor) -> Method:
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    http = rule.WhichOneof("pattern") or ""
    found = Method(
        method,
        http.upper(),
        getattr(rule, http),
        GetMessageClass(method.input_type),
        GetMessageClass(method.output_type),
    )
    body = "*" if found.has_body else ""
    plain = re.fullmatch(r"(/([a-z0-9.-]+|{[a-z0-9_.]+}))+(:[a-z]+)?", found.template)
    if method.server_streaming or method.client_streaming or rule.body != body or rule.additional_bindings or not plain:
        raise UnspeakableContract(method.full_name)
    _speakable(method.input_type, method.full_name)
    return found


def _speakable(message: Descriptor, where: str) -> None:
    """Raises UnspeakableContract where a request holds a kind of field that requests do not have here."""
    for field in message.fields:
        if field.message_type and field.message_type.full_name not in WELL_KNOWN:
            if field.message_type.GetOptions().map_entry:
                raise UnspeakableContract(f"{where}: {field.full_name}")
            _speakable(field.message_type, where)
        elif not field.message_type and field.type not in SCALARS:
            raise UnspeakableContract(f"{where}: {field.full_name}")
        if field.containing_oneof and len(field.containing_oneof.fields) > 1:
            raise UnspeakableContract(f"{where}: {field.full_name}")
