"""Which documents come out of the code? `python -m standalone.documents` writes them; with --check it only compares.

Promises: the events, the settings, the limits and the error catalogue in the documents are those of the code.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pairing.grpc_api
import prompts.grpc_api
import scheduling.grpc_api
from gateway.problems import HTTP_STATUS
from standalone.asyncapi import asyncapi
from standalone.limits import limits
from standalone.roles import ROLES
from twolamps_chassis.errors import Statuses, reason, sentence
from twolamps_chassis.settings import Settings
from twolamps_events.catalog import EVENTS, topic

ROOT = Path(__file__).resolve().parents[2]
TABLES: Mapping[str, Statuses] = {
    "pairing": pairing.grpc_api.STATUSES,
    "prompts": prompts.grpc_api.STATUSES,
    "scheduling": scheduling.grpc_api.STATUSES,
}


def rules() -> str:
    """The services' rules for the gateway's catalogue, as JSON."""
    found = {
        reason(rule): {"status": HTTP_STATUS[code], "title": sentence(rule).rstrip(".")}
        for table in TABLES.values()
        for rule, code in table.items()
    }
    return json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False) + "\n"


def errors() -> str:
    """Every error a client can meet."""
    edge = json.loads((ROOT / "services/gateway/errors.json").read_text())
    lines = [
        "# Errors",
        "",
        "Every error is `application/problem+json`; `reason` is stable, `type` is `/errors/<reason>`.",
        "",
    ]
    lines += ["| reason | status | title |", "|---|---|---|"]
    for name, entry in sorted((json.loads(rules()) | edge).items()):
        lines.append(f"| `{name}` | {entry['status']} | {entry['title']} |")
    return "\n".join(lines) + "\n"


def events() -> str:
    """Every event, by publishing service."""
    lines = ["# Events", "", "What services tell one another. Ids, kinds, times, zones and counters; never words.", ""]
    lines += ["For programs, with the envelope and a schema of each: [asyncapi.json](asyncapi.json).", ""]
    for source in ROLES:
        published = [event for event in EVENTS.values() if event.source == source]
        if not published:
            continue
        lines += [f"## {source}", "", f"Topic `{topic(source)}`.", "", "| type | says | fields |", "|---|---|---|"]
        for event in published:
            fields = ", ".join(name if f.is_required() else f"{name}?" for name, f in event.model_fields.items())
            lines.append(f"| `{event.ce_type()}` | {sentence(event)} | {fields} |")
        lines.append("")
    return "\n".join(lines)


def settings() -> str:
    """Every setting."""
    lines = ["# Settings", "", "Environment variables; a secret can come from a file named by `<NAME>_FILE`.", ""]
    lines += ["| variable | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default.total_seconds() if isinstance(field.default, timedelta) else field.default
        lines.append(f"| `TWOLAMPS_{name.upper()}` | `{default}` | {field.description} |")
    return "\n".join(lines) + "\n"


DOCUMENTS = {
    "services/gateway/rules.json": rules,
    "docs/asyncapi.json": asyncapi,
    "docs/errors.md": errors,
    "docs/events.md": events,
    "docs/limits.md": limits,
    "docs/settings.md": settings,
}


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where a document differs")
    check = parser.parse_args().check
    differ = []
    for name, make in DOCUMENTS.items():
        path = ROOT / name
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(make())
        elif not path.exists() or path.read_text() != make():
            differ.append(name)
    if differ:
        print("these differ from the code; run `make docs`:", *differ, sep="\n  ")
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
