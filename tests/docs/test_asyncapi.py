"""Is docs/asyncapi.json AsyncAPI 3.0, and is it about what really travels?

No package brings the schema of AsyncAPI for an offline look, so its rules that this document can break stand below, as JSON
Schema: which members an object has and needs, and their shapes (AsyncAPI 3.0.0; Kafka bindings 0.5.0). What a schema cannot say
is checked beside it: every reference leads somewhere, operations send messages of their own channel, goldens and records of
the relay fit.
"""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from standalone.asyncapi import document
from twolamps_chassis.kafka_relay import headers
from twolamps_chassis.kafka_topics import topic_names
from twolamps_chassis.records import Record
from twolamps_events.catalog import EVENTS

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "tests" / "contracts" / "goldens"
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
REFERENCE = {"type": "object", "properties": {"$ref": {"type": "string", "pattern": "^#/"}}, "required": ["$ref"]}


def an_object(needs: str = "", **members: Any) -> dict[str, Any]:
    """A schema of an object with these members and no others."""
    return {"type": "object", "properties": members, "required": needs.split(), "additionalProperties": False}


def named(each: Any) -> dict[str, Any]:
    """A schema of a map whose names are those that AsyncAPI allows for components."""
    return {
        "type": "object",
        "patternProperties": {r"^[\w.-]+$": each},
        "additionalProperties": False,
        "minProperties": 1,
    }


def for_kafka(needs: str = "bindingVersion", **members: Any) -> dict[str, Any]:
    """A schema of bindings for Kafka alone."""
    return an_object("kafka", kafka=an_object(needs, bindingVersion={"const": "0.5.0"}, **members))


TOPIC: dict[str, Any] = {
    "cleanup.policy": {"type": "array", "items": {"enum": ["compact", "delete"]}},
    "retention.ms": {"type": "integer", "minimum": -1},
    "max.message.bytes": {"type": "integer", "minimum": 0},
}
CHANNEL = an_object(
    "address messages", address=TEXT, description=TEXT, parameters=named(REFERENCE), messages=named(REFERENCE),
    bindings=for_kafka(partitions={"type": "integer", "minimum": 1}, topicConfiguration=an_object(**TOPIC)),
)  # fmt: skip
MESSAGE = an_object(
    "name payload", name=TEXT, title=TEXT, summary=TEXT, contentType=TEXT, headers={"type": "object"}, payload=REFERENCE,
    bindings=for_kafka(key={"type": "object"}),
)  # fmt: skip
OPERATION = an_object(
    "action channel", action={"enum": ["send", "receive"]}, channel=REFERENCE, summary=TEXT,
    messages={"type": "array", "items": REFERENCE, "minItems": 1},
)  # fmt: skip
ASYNCAPI = an_object(
    "asyncapi info",
    asyncapi={"const": "3.0.0"},
    info=an_object("title version", title=TEXT, version=TEXT, description=TEXT, license=an_object("name", name=TEXT)),
    defaultContentType=TEXT,
    channels=named(CHANNEL),
    operations=named(OPERATION),
    components=an_object(
        messages=named(MESSAGE),
        schemas=named({"type": "object"}),
        parameters=named(an_object(default={"type": "string"}, description=TEXT)),
    ),
)


def faults(found: Any) -> list[str]:
    """What is wrong with a document, by the rules above and by its references."""
    wrong = [error.message for error in Draft202012Validator(ASYNCAPI).iter_errors(found)]
    wrong += [f"{each} leads nowhere" for each in references(found) if resolved(found, each) is None]
    for name, operation in found["operations"].items():
        channel = operation["channel"]["$ref"]
        wrong += [f"{name} sends what is not in its channel" for each in operation["messages"]
                  if not each["$ref"].startswith(f"{channel}/messages/")]  # fmt: skip
    return wrong


def references(found: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(found, dict) and isinstance(found.get("$ref"), str):
        yield found["$ref"]
    for part in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from references(part)


def resolved(found: Any, reference: str) -> Any:
    """What a reference leads to, None where there is nothing."""
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def fits(schema: Any, value: Any) -> bool:
    """Whether a value fits a schema of the document."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return bool(Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(value))


def test_the_committed_document_is_that_of_the_code_and_keeps_the_rules() -> None:
    assert json.loads(json.dumps(document())) == DOCUMENT
    assert faults(DOCUMENT) == []


@pytest.mark.parametrize(
    "path",
    ["asyncapi", "info/version", "channels/prompts/adress", "operations/publish_prompts/action", "components/messages/a b",
     "components/schemas/Envelope"],
)  # fmt: skip
def test_a_planted_fault_is_noticed(path: str) -> None:
    planted = copy.deepcopy(DOCUMENT)
    *way, last = path.split("/")
    place = resolved(planted, "/".join(way)) if way else planted
    place[last] = None
    assert faults(planted)


def test_every_topic_and_every_event_is_there() -> None:
    addresses = {channel["address"].format(prefix="twolamps") for channel in DOCUMENT["channels"].values()}
    assert addresses == set(topic_names("twolamps"))
    assert set(DOCUMENT["components"]["messages"]) == set(EVENTS)
    for ce_type, event in EVENTS.items():
        assert ce_type in DOCUMENT["channels"][event.source]["messages"]


@pytest.mark.parametrize("ce_type", sorted(EVENTS))
def test_a_golden_fits_its_schema_and_so_does_one_of_a_newer_publisher(ce_type: str) -> None:
    schema = resolved(DOCUMENT, DOCUMENT["components"]["messages"][ce_type]["payload"]["$ref"])
    golden = json.loads((GOLDENS / f"{ce_type}.json").read_text())
    assert fits(schema, golden)
    assert fits(schema, {**golden, "of_tomorrow": 1})
    for name in schema["required"]:
        assert not fits(schema, {field: value for field, value in golden.items() if field != name})


@pytest.mark.parametrize("ce_type", sorted(EVENTS))
def test_the_headers_of_a_record_fit_the_envelope_of_its_message(ce_type: str) -> None:
    schema = DOCUMENT["components"]["messages"][ce_type]["headers"]
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    record = Record(EVENTS[ce_type].source, UUID(int=7), 3, 0, ce_type, datetime.now(UTC), trace, b"{}")
    texts = {name: value.decode() for name, value in headers(record)}
    assert fits(schema, texts)
    assert texts.keys() == DOCUMENT["components"]["schemas"]["Envelope"]["properties"].keys()
    assert not fits(schema, {**texts, "ce_type": "twolamps.prompts.another.v1"})
    assert not fits(schema, {**texts, "seq": "one"})
