"""How does an RPC travel over HTTP? By its google.api.http rule, read from the descriptors, and proto3 JSON."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote

from google.api.annotations_pb2 import http as http_rule
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from twolamps.access.v1.access_pb2 import ACCESS_ANYONE, access
from twolamps_client.errors import TwolampsError

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)
AnyMessage = TypeVar("AnyMessage", bound=Message)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One HTTP request before its headers: `path` is quoted, `query` repeats a name for a repeated field."""

    verb: str
    path: str
    query: Mapping[str, object]
    body: bytes


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Answer]):
    """One unary RPC: its types and its HTTP rule."""

    name: str
    request_type: type[Request]
    answer_type: type[Answer]
    verb: str
    path: str
    has_body: bool
    needs_session: bool

    def outgoing(self, request: Request) -> Outgoing:
        """The request on the wire.

        Raises ValueError for an empty id in the path: `DELETE /v1/sessions/` must never become `DELETE /v1/sessions`.
        """
        in_path = {name for _, name, _, _ in Formatter().parse(self.path) if name}
        ids = {name: quote(str(getattr(request, name)), safe="") for name in in_path}
        for name, value in ids.items():
            if value in ("", ".", ".."):
                raise ValueError(f"{self.name}: {name} is empty or no id")
        rest = self.request_type()
        rest.CopyFrom(request)
        for name in in_path:
            rest.ClearField(name)
        stated = json_format.MessageToDict(rest)
        path = self.path.format_map(ids)
        if self.has_body:
            return Outgoing(self.verb, path, {}, json.dumps(stated, ensure_ascii=False).encode())
        return Outgoing(self.verb, path, stated, b"")

    def answer(self, body: bytes) -> Answer:
        """The answer in a successful body; fields that a newer server adds are left out."""
        return message_of_json(body, self.answer_type)


def method_of(
    descriptor: MethodDescriptor, request_type: type[Request], answer_type: type[Answer]
) -> Method[Request, Answer]:
    """Read a method's HTTP rule and access from its options. Only bodies `*` and none exist in this API."""
    options = descriptor.GetOptions()
    rule = options.Extensions[http_rule]
    verb = rule.WhichOneof("pattern")
    if verb is None or rule.body not in ("", "*"):
        raise TypeError(f"{descriptor.full_name} has no HTTP rule that this client knows")
    return Method(
        name=descriptor.full_name,
        request_type=request_type,
        answer_type=answer_type,
        verb=verb.upper(),
        path=getattr(rule, verb),
        has_body=rule.body == "*",
        needs_session=options.Extensions[access] != ACCESS_ANYONE,
    )


def message_of_json(text: str | bytes, message_type: type[AnyMessage]) -> AnyMessage:
    """A message from proto3 JSON. Raises TwolampsError `answer_not_understood` if it is none."""
    try:
        stated = json.loads(text)
        if not isinstance(stated, dict):
            raise ValueError("not a JSON object")
        return json_format.ParseDict(stated, message_type(), ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError) as error:
        raise TwolampsError(0, "answer_not_understood", "The server's answer is not what the API promises.") from error


def filled(request_type: type[Request], **fields: object) -> Request:
    """A request with these fields, None left out. Datetimes must be aware: a naive one raises ValueError."""
    for name, value in fields.items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{name} has no zone")
    return request_type(**fields)


class Caller(Protocol):
    """Whatever can do a unary call: the client."""

    async def call(
        self, method: Method[Request, Answer], request: Request, *, idempotency_key: str | None = None
    ) -> Answer:
        """Do the call once, however often it must be sent."""
        ...


class Page(Protocol):
    """An answer of a list RPC."""

    next_page_token: str


ListPage = TypeVar("ListPage", bound=Page)
Item = TypeVar("Item")


async def every(
    load_page: Callable[[str], Awaitable[ListPage]], items_of: Callable[[ListPage], Iterable[Item]]
) -> AsyncIterator[Item]:
    """Every item of a list RPC, page after page, each page loaded when it is needed."""
    page = await load_page("")
    while True:
        for item in items_of(page):
            yield item
        if not page.next_page_token:
            return
        page = await load_page(page.next_page_token)
