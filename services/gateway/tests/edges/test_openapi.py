"""Is the published description valid, true to what is served, and committed?"""

import json
import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from gateway.openapi import document
from gateway.openapi.__main__ import COMMITTED
from gateway.problems import CATALOGUE
from gateway.transcoder.contracts import public_methods
from twolamps_chassis.errors import Problem as ChassisProblem
from twolamps_chassis.errors import reason
from twolamps_chassis.log_cursor import MalformedCursor
from twolamps_chassis.presence import TooManyStreams

DOCUMENT = document()
OPERATIONS = {
    (verb.upper(), path): operation for path, item in DOCUMENT["paths"].items() for verb, operation in item.items()
}


def test_the_document_is_valid_openapi_3_1() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_the_committed_copy_is_what_the_contracts_say() -> None:
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, "run `python -m gateway.openapi --write`"


def test_it_lists_exactly_what_is_served() -> None:
    assert set(OPERATIONS) == {(m.http, m.template) for m in public_methods()} | {("GET", "/v1/inbox/stream")}


def test_every_operation_says_what_it_does_and_has_its_own_name() -> None:
    assert all(operation["summary"] and operation["description"] for operation in OPERATIONS.values())
    assert len({operation["operationId"] for operation in OPERATIONS.values()}) == len(OPERATIONS)


def test_a_key_is_asked_on_post_but_of_nobody_who_has_not_signed_in() -> None:
    asking = {
        (verb, path)
        for (verb, path), operation in OPERATIONS.items()
        if any(
            parameter["name"] == "Idempotency-Key" and parameter["required"] for parameter in operation["parameters"]
        )
    }
    strangers = ("/v1/people", "/v1/sessions", "/v1/sessions:refresh", "/v1/sessions:device", "/v1/device-codes")
    anyone = {("POST", path) for path in strangers}
    assert asking == {(verb, path) for verb, path in OPERATIONS if verb == "POST"} - anyone
    assert {key for key, operation in OPERATIONS.items() if operation.get("security") == []} == anyone


def test_limits_of_the_contracts_are_in_the_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    person, slots = schemas["CreatePersonRequest"], OPERATIONS["GET", "/v1/slots"]["parameters"]
    mail, adult = person["properties"]["mail"], person["properties"]["adult"]
    assert (mail["format"], mail["maxLength"], mail["type"]) == ("email", 254, "string")
    assert adult["const"] is True
    assert person["required"] == ["mail", "password", "displayName", "zone", "adult"]
    assert person["additionalProperties"] is False
    assert schemas["SetSharesRequest"]["properties"]["shares"]["maxItems"] == 4
    assert "required" not in schemas["UpdateMeRequest"]
    assert "INVITE_STATE_OPEN" in schemas["InviteState"]["enum"]
    assert {parameter["name"] for parameter in slots} == {"duration", "startsAfter", "endsBefore", "limit"}
    limit = next(parameter for parameter in slots if parameter["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (0, 50)


def test_a_field_of_the_path_is_not_in_the_body() -> None:
    seal = OPERATIONS["PUT", "/v1/prompts/{prompt_id}/answer"]
    assert [(p["name"], p["in"], p["required"], p["schema"]["format"]) for p in seal["parameters"]] == [
        ("prompt_id", "path", True, "uuid")
    ]
    assert set(DOCUMENT["components"]["schemas"]["SealAnswerRequest"]["properties"]) == {"text", "leaveLight"}


def test_every_parameter_of_a_query_says_what_it_is() -> None:
    asked = [p for operation in OPERATIONS.values() for p in operation["parameters"] if p["in"] in ("query", "header")]
    assert [parameter["name"] for parameter in asked if not parameter.get("description")] == []


def test_a_refused_sign_in_is_described() -> None:
    assert all("401" in OPERATIONS["POST", f"/v1/{path}"]["responses"] for path in ("sessions", "sessions:refresh"))


def test_the_examples_of_a_sign_up_and_a_sign_in_belong_together_and_are_valid() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    person, session = (schemas[f"Create{name}Request"]["properties"] for name in ("Person", "Session"))
    assert all(person[name]["examples"] == session[name]["examples"] for name in ("mail", "password"))
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            for example in field.get("examples", []):
                assert re.search(field.get("pattern", ""), example)
                assert field.get("minLength", 0) <= len(example) <= field.get("maxLength", 1000)


def test_every_error_of_the_chassis_is_in_the_catalogue() -> None:
    assert {MalformedCursor, TooManyStreams} < set(ChassisProblem.__subclasses__())
    named = {error for error in ChassisProblem.__subclasses__() if error.__module__.startswith("twolamps_chassis.")}
    assert {reason(error) for error in named} <= set(CATALOGUE)


def test_every_entry_of_the_catalogue_is_whole() -> None:
    for name, entry in CATALOGUE.items():
        assert set(entry) == {"status", "title"}, name
        assert 400 <= entry["status"] < 600, name
        assert entry["title"], name


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_served_and_so_is_its_page(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json() == DOCUMENT
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for name in ("page.js", "page.css", "swagger-ui/swagger-ui-bundle.js", "swagger-ui/swagger-ui.css"):
        assert f"/docs/{name}" in page.text
        response: Any = await client.get(f"/docs/{name}")
        assert response.status_code == 200, name
    assert "http:" not in page.text
    assert "https:" not in page.text
