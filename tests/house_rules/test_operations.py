"""Does docs/operations.md speak of what is there? Its metrics, settings, commands, log lines and alerts all exist."""

import re
from collections.abc import Mapping
from pathlib import Path

import typer.main
import yaml  # type: ignore[import-untyped]

import standalone.cli
from tests.house_rules.test_deploy import ALERTS, known_metrics, unknown_metrics, unknown_settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operations.md").read_text()


def commands() -> set[str]:
    """What can be said after `twolamps`, as in `dlq list`."""
    group = typer.main.get_command(standalone.cli.app)
    found: Mapping[str, typer.core.TyperCommand] = getattr(group, "commands", {})
    inner = {f"{name} {verb}" for name, command in found.items() for verb in getattr(command, "commands", {})}
    return set(found) | inner


def unknown_commands(text: str) -> set[str]:
    """Commands of a text, at the beginning of what is quoted, that are none."""
    said = {" ".join(words.split()) for words in re.findall(r"`twolamps ([a-z]+(?: [a-z]+)?)", text)}
    return {words for words in said if words not in commands() and words.split()[0] not in commands() - {"dlq"}}


def test_every_metric_that_operators_are_told_to_watch_is_told() -> None:
    assert unknown_metrics(GUIDE) == set()
    of_the_process = set(re.findall(r"`(process_\w+)`", GUIDE))
    assert of_the_process
    assert of_the_process <= known_metrics()


def test_every_setting_that_operators_are_told_of_is_one() -> None:
    assert unknown_settings(GUIDE) == set()


def test_every_command_that_operators_are_told_to_say_is_one() -> None:
    assert unknown_commands(GUIDE) == set()
    assert unknown_commands("`twolamps status` `twolamps dlq burn KEY` `twolamps cellar`") == {"dlq burn", "cellar"}


def test_every_log_line_that_operators_are_told_to_find_is_written() -> None:
    named = set(re.findall(r"`((?:relay|consumer|due_rows|call)\.[a-z_]+)`", GUIDE))
    code = "".join(path.read_text() for path in (ROOT / "libs" / "twolamps_chassis").glob("*.py"))
    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()


def test_every_alert_has_its_section_with_what_to_confirm_to_do_and_to_verify() -> None:
    alerts = {rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}
    sections = GUIDE.partition("\n## Numbers\n")[2].partition("\n## ")[0].split("\n### ")[1:]
    told = {name for section in sections for name in re.findall(r"\((\w+)\)$", section.splitlines()[0])}
    assert alerts == told
    for section in sections:
        assert re.findall(r"^- (Confirm|Act|Verify):", section, re.MULTILINE) == ["Confirm", "Act", "Verify"], section
