"""What does the HTTP/JSON API look like, for a reader and a generator? OpenAPI 3.1, made from the contracts.

Promises: it lists exactly the paths that the transcoder serves, and the event stream; docs/openapi.json is its
committed copy, kept by `python -m gateway.openapi`.
"""

from typing import Any

from gateway.openapi.schemas import Schema, Schemas, comments
from gateway.transcoder.contracts import PUBLIC, Method, public_methods
from twolamps.access.v1 import access_pb2
from twolamps.notifications.v1 import notifications_pb2

_PROBLEM: Schema = {
    "type": "object",
    "description": "An error (RFC 9457). `reason` is stable and meant for programs, `detail` is a sentence for people.",
    "required": ["type", "title", "status", "detail", "reason", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "examples": ["not_connected"]},
        "request_id": {"type": "string", "description": "Also in the header X-Request-Id."},
        "errors": {
            "type": "array",
            "description": "The fields at fault, where fields are.",
            "items": {
                "type": "object",
                "required": ["field", "rule", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "rule", "detail")},
            },
        },
    },
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_REFUSALS = {"429": "ComeBack", "503": "ComeBack"}
_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A fresh value for each intent, the same one for each retry of it. Kept seven days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_ABOUT = """Reminders, prompts and time together for two people.

Sign up with `POST /v1/people`, sign in with `POST /v1/sessions`, then send the access token as `Authorization: Bearer`.
Fields are lowerCamelCase; times are RFC 3339, durations seconds such as `3600s`, enums their full names. Unknown fields
are refused. Errors are problem+json with a stable `reason`."""


def document() -> dict[str, Any]:
    """The whole document."""
    texts = comments()
    schemas = Schemas(texts)
    paths: dict[str, dict[str, Any]] = {}
    methods = list(public_methods())
    # Requests first: what both sides use is described as strictly as a request is read.
    operations = {method.rpc: _operation(method, schemas, texts) for method in methods}
    for method in methods:
        operations[method.rpc]["responses"] = _responses(method, schemas)
        paths.setdefault(method.template, {})[method.http.lower()] = operations[method.rpc]
    paths["/v1/inbox/stream"] = {"get": _stream(schemas, texts)}
    services = [service for module in PUBLIC for service in module.DESCRIPTOR.services_by_name.values()]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Twolamps",
            "version": "v1",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": _tag(s.name), "description": texts[s.full_name]} for s in services],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An access token; it lives ten minutes."}
            },
            "schemas": dict(sorted({**schemas.components, "Problem": _PROBLEM}.items())),
            "responses": {
                "Problem": {"description": "What went wrong.", "content": _problem()},
                "ComeBack": {
                    "description": "Too many requests, or busy: come back later.",
                    "headers": _RETRY_AFTER,
                    "content": _problem(),
                },
            },
        },
    }


def _operation(method: Method, schemas: Schemas, texts: dict[str, str]) -> dict[str, Any]:
    descriptor = method.descriptor
    text = texts[descriptor.full_name]
    operation: dict[str, Any] = {
        "operationId": descriptor.name[0].lower() + descriptor.name[1:],
        "summary": text.partition(". ")[0].rstrip("."),
        "description": text,
        "tags": [_tag(descriptor.containing_service.name)],
        "parameters": [_path_parameter(method, name, schemas) for name in method.path_fields],
    }
    if method.needs_key:
        operation["parameters"].append(_KEY)
    if method.has_body:
        body = schemas.body(descriptor.input_type, method.path_fields)
        needed = "required" in schemas.components[descriptor.input_type.name]
        operation["requestBody"] = {"required": needed, "content": {"application/json": {"schema": body}}}
    else:
        for field in descriptor.input_type.fields:
            if field.name not in method.path_fields:
                operation["parameters"].append(_parameter("query", field.json_name, schemas.field(field, asked=True)))
    if method.access == access_pb2.ACCESS_ANYONE:
        operation["security"] = []
    return operation


def _responses(method: Method, schemas: Schemas) -> dict[str, Any]:
    reply = schemas.reference(method.descriptor.output_type, asked=False)
    return {
        "200": {"description": "Done.", "content": {"application/json": {"schema": reply}}},
        **_refusals(),
    }


def _refusals() -> dict[str, Any]:
    """What every call may answer beside success; 401 also where a password or a refresh token is refused."""
    statuses = ["400", "401", "404", "409", "422", "429", "503", "default"]
    return {status: {"$ref": f"#/components/responses/{_REFUSALS.get(status, 'Problem')}"} for status in statuses}


def _stream(schemas: Schemas, texts: dict[str, str]) -> dict[str, Any]:
    """The one route that is not transcoded."""
    watch = notifications_pb2.DESCRIPTOR.services_by_name["NotificationsService"].methods_by_name["Watch"]
    cursor = schemas.field(watch.input_type.fields_by_name["cursor"], asked=True)
    event = schemas.reference(watch.output_type, asked=False)
    events = (
        "Server-sent events: `event` is ready, change, reload or drain; `id` is the cursor; `data` is a WatchResponse "
        "on one line. A comment line every 15 seconds keeps the connection alive."
    )
    return {
        "operationId": "watch",
        "summary": "Every change of my inbox, live",
        "description": f"{texts[watch.full_name]} {events}",
        "tags": [_tag(watch.containing_service.name)],
        "parameters": [
            _parameter("header", "Last-Event-ID", {**cursor, "description": "The last id that was handled."}),
            _parameter("query", "cursor", cursor),
        ],
        "responses": {
            "200": {"description": events, "content": {"text/event-stream": {"schema": event}}},
            **_refusals(),
        },
    }


def _path_parameter(method: Method, name: str, schemas: Schemas) -> dict[str, Any]:
    *outer, last = name.split(".")
    message: Any = method.descriptor.input_type
    for part in outer:
        message = message.fields_by_name[part].message_type
    schema = schemas.field(message.fields_by_name[last], asked=True)
    return {**_parameter("path", name, schema), "required": True}


def _parameter(place: str, name: str, schema: Schema) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": place, "schema": schema}
    if text := schema.pop("description", ""):
        parameter["description"] = text
    return parameter


def _problem() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _tag(service: str) -> str:
    return service.removesuffix("Service")
