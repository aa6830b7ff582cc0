"""Does the app find every word it asks for, and is none of them left over?"""

import json
import re
from pathlib import Path

import gateway
from gateway.web import FOLDER
from notifications.domain.kinds import KINDS

SCRIPTS = {path: path.read_text() for path in FOLDER.rglob("*.js") if "vendor" not in path.parts}
CATALOGUE = "\n".join(text for path, text in SCRIPTS.items() if path.name.endswith(".en.js"))
KEYS = re.findall(r'^  "([a-zA-Z0-9_.]+)":', CATALOGUE, re.MULTILINE)
CODE = "\n".join(text for path, text in SCRIPTS.items() if not path.name.endswith(".en.js"))
TEMPLATES = re.findall(
    r"`((?:[a-z_]+|\$\{[^`}]*\})\.[^`\s]*)`", CODE
)  # keys put together: `tab.${name}`, `${key}.means`
MADE = [re.sub(r"\\\$\\\{.*?\\\}", "[a-zA-Z0-9_.]+", re.escape(each)) for each in TEMPLATES if "${" in each]

TO_CLIENTS = {
    "body_not_expected", "body_not_json", "body_not_object", "body_too_deep", "body_too_large", "content_type_not_json",
    "device_code_pending", "duplicate_field", "header_invalid", "idempotency_key_required", "idempotency_key_reused",
    "malformed_cursor", "method_not_allowed", "no_such_path", "not_allowed", "query_invalid", "refresh_token_refused",
    "request_behind_stream", "slot_length_out_of_range", "slot_limit_out_of_range", "slot_span_out_of_range",
    "too_many_streams", "unknown_field", "window_weekday_unknown", "wrong_type",
}  # fmt: skip
"""Reasons that no act of the app can meet: what it sends is well-formed, and it asks for nothing of the kind."""


def test_no_key_is_there_twice() -> None:
    assert sorted(KEYS) == sorted(set(KEYS))


def test_every_key_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r'\bt\(\s*"([^"]+)"', CODE))
    assert len(asked) > 200
    assert asked - set(KEYS) == set()


def test_every_key_that_is_put_together_can_be_there() -> None:
    assert len(MADE) > 15
    assert [made for made in MADE if not any(re.fullmatch(made, key) for key in KEYS)] == []


def test_every_refusal_that_somebody_can_meet_has_its_words() -> None:
    files = (Path(gateway.__file__).parent / name for name in ("errors.json", "rules.json"))
    reasons = {reason for file in files for reason in json.loads(file.read_text())}
    assert reasons - {key.removeprefix("error.") for key in KEYS} == TO_CLIENTS


def test_every_word_is_said_somewhere() -> None:
    assert [key for key in KEYS if f'"{key}"' not in CODE and not any(re.fullmatch(made, key) for made in MADE)] == []


def test_the_voice_has_no_exclamation_mark() -> None:
    said = re.findall(r'"((?:[^"\\]|\\.)*)"', CATALOGUE)
    assert len(said) > len(KEYS)
    assert [each for each in said if "!" in each] == []


def test_every_kind_of_notice_has_its_words() -> None:
    assert {f"inbox.{name}" for name, kind in KINDS.items() if kind.text} - set(KEYS) == set()
