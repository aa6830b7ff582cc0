"""Which method does a path mean? Segments are split before they are decoded, and the custom verb after them.

Promises: an encoded slash is never a path of its own; `%3Aaccept` is `:accept`; a literal segment wins over a variable;
one path and HTTP method mean one RPC.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from gateway.problems import refused
from gateway.transcoder.contracts import Method, UnspeakableContract

Found = tuple[Mapping[str, Method], list[str]]


class Table:
    """All public methods by path."""

    def __init__(self, methods: Iterable[Method]) -> None:
        shapes: dict[tuple[str, tuple[str, ...]], dict[str, Method]] = {}
        for method in methods:
            path, colon, verb = method.template.partition(":")
            shape = colon + verb, tuple(re.sub(r"{.+}", "", segment) for segment in path.split("/")[1:])
            if shapes.setdefault(shape, {}).setdefault(method.http, method) is not method:
                raise UnspeakableContract(method.template)
        # A variable is an empty segment, so in reverse order literals come first.
        self._shapes = sorted(shapes.items(), key=lambda item: item[0], reverse=True)

    def find(self, raw_path: bytes) -> Found:
        """The methods of a path by HTTP method, and the values of its variables; raises Problem `no_such_path`."""
        try:
            segments = [unquote(part, errors="strict") for part in raw_path.decode("ascii").split("/")[1:]]
        except UnicodeDecodeError:
            raise refused("not_text", "The path must be UTF-8.") from None
        name, colon, verb = segments[-1].rpartition(":")
        if colon:
            segments[-1] = name
        for (own_verb, shape), methods in self._shapes:
            if own_verb == (colon and colon + verb) and len(shape) == len(segments) and all(segments):
                pairs = list(zip(shape, segments, strict=True))
                if all(own in ("", given) for own, given in pairs):
                    return methods, [given for own, given in pairs if not own]
        raise refused("no_such_path")
