"""Does what is deployed fit the code? Metrics, settings, roles and images are named in deploy/ as the code has them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import REGISTRY

from standalone import run
from standalone.hand_out import PRIVATE
from standalone.roles import ROLES, compose_of
from twolamps.notifications.v1 import notifications_pb2
from twolamps_chassis.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARD, ALERTS = DEPLOY / "grafana" / "twolamps.json", DEPLOY / "alerts.yml"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
LOCKED = re.compile(r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==(\S+)", re.MULTILINE)
GIVEN_BY_PROMETHEUS = {"up"}
WATCH = notifications_pb2.DESCRIPTOR.services_by_name["NotificationsService"].methods_by_name["Watch"]


def known_metrics() -> set[str]:
    """Every name that a process of the platform may tell, with the endings of counters and histograms."""
    assert run.run is not None  # importing it, and every role, has registered their metrics
    assert all(compose_of(role) is not None for role in ROLES)
    names = {name for metric in REGISTRY.collect() for name in (metric.name, *(s.name for s in metric.samples))}
    for metric in REGISTRY.collect():
        if metric.type == "counter":
            names.add(f"{metric.name}_total")
        if metric.type == "histogram":
            names |= {f"{metric.name}_{ending}" for ending in ("bucket", "count", "sum")}
    return names | GIVEN_BY_PROMETHEUS


def unknown_metrics(expression: str) -> set[str]:
    """Metrics of a query that no process tells: names before a brace or a bracket, and all that begin like ours."""
    named = set(re.findall(r"\b([a-z_]+)(?=[{\[])", expression)) | set(re.findall(r"\btwolamps_\w+", expression))
    return named - known_metrics()


def unknown_settings(text: str) -> set[str]:
    """Variables of a text that are no setting."""
    known = {f"TWOLAMPS_{name.upper()}" for name in Settings.model_fields}
    return set(re.findall(r"\bTWOLAMPS_[A-Z_]+", text)) - known - {f"{name}_FILE" for name in known}


def test_every_metric_of_the_dashboard_is_told() -> None:
    queries = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    assert {name for query in queries for name in unknown_metrics(query)} == set()


def test_every_metric_of_an_alert_is_told() -> None:
    rules = [rule["expr"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    assert {name for rule in rules for name in unknown_metrics(rule)} == set()


def test_a_metric_that_nobody_tells_is_noticed() -> None:
    planted = "sum by (le) (rate(twolamps_calls_seconds_bucket[1m])) + twolamps_cellar + cellar{a='b'} + up{c='d'}"
    assert unknown_metrics(planted) == {"twolamps_cellar", "cellar"}


@pytest.mark.parametrize("file", ["docker-compose.yml", "Dockerfile", *(f"deploy/{role}.env" for role in PRIVATE)])
def test_every_setting_that_is_deployed_is_one(file: str) -> None:
    assert unknown_settings((ROOT / file).read_text()) == set()


def test_a_setting_that_is_none_is_noticed() -> None:
    assert unknown_settings("TWOLAMPS_CELLAR=1\nTWOLAMPS_DATABASE_FILE=/keys/database") == {"TWOLAMPS_CELLAR"}


@pytest.mark.parametrize("role", PRIVATE)
def test_every_role_runs_in_a_container_that_sees_its_own_keys_alone(role: str) -> None:
    container = SERVICES[role]
    assert container["command"] == ["run", role]
    assert container["env_file"] == f"deploy/{role}.env"
    keys = [volume for volume in container["volumes"] if "/keys" in volume]
    assert keys == [f"keys-{role}:/keys/{role}:ro"]
    assert f"TWOLAMPS_KEYS=/keys/{role}\n" in (DEPLOY / f"{role}.env").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_bounded_and_has_no_right_to_spare(name: str) -> None:
    container = SERVICES[name]
    assert container["deploy"]["resources"]["limits"].keys() == {"memory", "cpus", "pids"}
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "container_name" not in container, "it could not be scaled"


@pytest.mark.parametrize("name", [name for name, c in SERVICES.items() if c["restart"] != "no"])
def test_every_container_that_stays_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"].keys() == {"test", "interval", "timeout", "retries", "start_period"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_port_that_is_published_is_for_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def on(network: str) -> set[str]:
    return {name for name, container in SERVICES.items() if network in container["networks"]}


def test_only_the_proxy_and_who_watches_reach_this_machine_and_what_is_beyond() -> None:
    assert COMPOSE["networks"] == {"edge": {"internal": True}, "data": {"internal": True}, "front": {}}
    assert on("front") == {"proxy", "prometheus", "grafana"}


def test_the_proxy_reaches_those_it_leads_to_and_no_store() -> None:
    assert on("edge") == {"proxy", "gateway", "notifications"}
    assert on("data") == SERVICES.keys() - {"proxy", "grafana"}


def test_no_tls_terminator_is_believed_until_one_is_named() -> None:
    lines = (DEPLOY / "tls-proxies").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == []
    assert "./deploy/tls-proxies:/etc/haproxy/tls-proxies:ro" in SERVICES["proxy"]["volumes"]


def test_people_reach_one_method_over_grpc() -> None:
    watch = WATCH.containing_service.full_name, WATCH.name
    assert f"unless {{ path /{'/'.join(watch)} }}\n" in (DEPLOY / "haproxy.cfg").read_text()


def test_redis_has_a_password_that_is_no_word_of_its_command() -> None:
    assert "/run/secrets/redis-conf" in SERVICES["redis"]["command"]
    assert "--requirepass" not in SERVICES["redis"]["command"]
    assert {name for name, c in SERVICES.items() if "redis-url" in c.get("secrets", [])} == set(PRIVATE)


def test_the_dockerfile_needs_no_frontend_from_a_registry() -> None:
    assert not re.search(r"^#\s*syntax", (ROOT / "Dockerfile").read_text(), re.MULTILINE | re.IGNORECASE)


def test_an_image_holds_the_versions_that_are_tested() -> None:
    tested, deployed = (
        dict(LOCKED.findall((ROOT / file).read_text())) for file in ("requirements.lock", "requirements-run.lock")
    )
    assert deployed.items() <= tested.items()
    assert "pytest" in tested.keys() - deployed.keys()


def test_prometheus_asks_every_role() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == set(PRIVATE)
