"""What do the topics look like, for a reader and a generator? AsyncAPI 3.0, made from the events.

Promises: it lists every topic and every event with the envelope it travels in, as `docs/events.md` does for people; schemas
are as tolerant as a reader has to be, since a newer publisher of the same version may add optional fields.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from twolamps_chassis.errors import sentence
from twolamps_chassis.fences import FENCES
from twolamps_chassis.kafka_topics import MESSAGE_BYTES, PARTITIONS, RETENTION
from twolamps_events.base import MAX_BODY_BYTES, Event
from twolamps_events.catalog import EVENTS, SOURCES, topic

Schema = dict[str, Any]

ABOUT = f"""What the services of Twolamps tell one another over Kafka: ids, kinds, times, zones and counters; never words.

CloudEvents 1.0 in the binary mode of the Kafka protocol binding: the envelope is in the headers, the body is JSON of at most
{MAX_BODY_BYTES:,} bytes. The key of a record, and its `ce_subject`, is its stream: a couple or a person. Within a stream `seq`
rises by one from event to event; a record may come again, so a reader keeps the last `seq` of each stream and passes over what
is not above it. `epoch` rises only when a couple ends: an event of an earlier epoch no longer holds. A type keeps its meaning;
within a version only optional fields are added, so a reader passes over fields, and types, that it does not know."""
CHANNELS = {
    "pairing": "Who is a couple, what both see of it, and what has ended.",
    "prompts": "What was dealt, chosen to be shown, or opened. That somebody sealed an answer is never told.",
    "scheduling": "How invites move, which reminders are offered, and what rings for whom.",
    "fences": "What has to hold everywhere at once, past everything else; each is in pairing's topic, too, with the same id.",
}
_COUNT = "^[0-9]{1,18}$"
_UUID = {"type": "string", "format": "uuid"}


def asyncapi() -> str:
    """The document, as JSON."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Schema:
    """The document."""
    types: Mapping[str, Sequence[str]] = {
        **{source: [name for name, event in EVENTS.items() if event.source == source] for source in SOURCES},
        "fences": [name for name in EVENTS if name in FENCES],
    }
    payloads = {event.__name__: _payload(event) for event in EVENTS.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Twolamps",
            "version": "v1",
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, listed) for name, listed in types.items()},
        "operations": {f"publish_{name}": _operation(name, listed) for name, listed in types.items()},
        "components": {
            "messages": {name: _message(event) for name, event in EVENTS.items()},
            "schemas": {"Envelope": _envelope(), **payloads},
            "parameters": {
                "prefix": {
                    "default": "twolamps",
                    "description": "TWOLAMPS_PREFIX, which tells several platforms on one Kafka apart.",
                }
            },
        },
    }


def _channel(name: str, types: Sequence[str]) -> Schema:
    return {
        "address": topic(name, "{prefix}"),
        "description": CHANNELS[name],
        "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
        "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in types},
        "bindings": {
            "kafka": {
                "bindingVersion": "0.5.0",
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": RETENTION // timedelta(milliseconds=1),
                    "max.message.bytes": MESSAGE_BYTES,
                },
            }
        },
    }


def _operation(name: str, types: Sequence[str]) -> Schema:
    who = "Pairing" if name == "fences" else name.capitalize()
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": f"{who} hands on what it has committed, in the order of each stream.",
        "messages": [{"$ref": f"#/channels/{name}/messages/{each}"} for each in types],
    }


def _message(event: type[Event]) -> Schema:
    own_type = {"properties": {"ce_type": {"const": event.ce_type()}, "ce_source": {"const": event.source}}}
    return {
        "name": event.ce_type(),
        "title": event.__name__,
        "summary": sentence(event),
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, own_type]},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"bindingVersion": "0.5.0", "key": _UUID}},
    }


def _envelope() -> Schema:
    """The headers of a record, each a text in UTF-8."""
    headers: dict[str, Schema] = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "Source, stream and seq with slashes: one event, however often it comes."},
        "ce_type": {"type": "string", "description": "twolamps.<source>.<name>.v<version>"},
        "ce_source": {"type": "string", "enum": list(SOURCES)},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it was committed."},
        "ce_subject": {**_UUID, "description": "The stream: the record's key."},
        "seq": {"type": "string", "pattern": _COUNT, "description": "The place in the stream, from 1, without gaps."},
        "epoch": {"type": "string", "pattern": _COUNT, "description": "Rises when a couple ends, and only then."},
        "content-type": {"const": "application/json"},
        "traceparent": {
            "type": "string", "pattern": "^[0-9a-f-]{55}$", "description": "W3C Trace Context, where a trace is told.",
        },
    }  # fmt: skip
    return {"type": "object", "properties": headers, "required": [name for name in headers if name != "traceparent"]}


def _payload(event: type[Event]) -> Schema:
    """The body as a reader meets it: what is not set is absent, never null; unknown fields are passed over."""
    made = event.model_json_schema()
    fields = {name: _field(schema) for name, schema in made["properties"].items()}
    return {"type": "object", "description": sentence(event), "properties": fields, "required": made["required"]}


def _field(schema: Schema) -> Schema:
    """A field without what says nothing to a reader."""
    kept = {name: value for name, value in schema.items() if name not in ("title", "default", "anyOf")}
    (own,) = [choice for choice in schema.get("anyOf", [{}]) if choice.get("type") != "null"]
    return {**kept, **own}
