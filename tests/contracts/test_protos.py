"""Protos: every public method says its path and who may call; nothing published breaks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import ServiceDescriptor

from twolamps.access.v1.access_pb2 import Access
from twolamps.internal.v1 import internal_pb2
from twolamps.notifications.v1 import notifications_pb2
from twolamps.pairing.v1 import pairing_pb2
from twolamps.prompts.v1 import prompts_pb2
from twolamps.scheduling.v1 import scheduling_pb2
from twolamps_chassis.edge import access_of

ROOT = Path(__file__).resolve().parents[2]
BUF = Path(sys.executable).parent / "buf"
PUBLIC = [
    service
    for module in (pairing_pb2, prompts_pb2, scheduling_pb2, notifications_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
]


@pytest.mark.parametrize("service", PUBLIC, ids=lambda service: str(service.name))
def test_every_public_method_has_a_path_and_an_access(service: ServiceDescriptor) -> None:
    for method in service.methods:
        assert access_of(method) != Access.ACCESS_INTERNAL
        rule = method.GetOptions().Extensions[annotations_pb2.http]
        assert rule.WhichOneof("pattern") or method.server_streaming, method.full_name


def test_every_internal_method_is_refused_to_people() -> None:
    for service in internal_pb2.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            assert access_of(method) == Access.ACCESS_INTERNAL


def buf_breaking(protos: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BUF), "breaking", str(protos), "--against", str(ROOT / "proto/contracts.binpb")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_nothing_that_was_published_breaks() -> None:
    result = buf_breaking(ROOT / "proto")
    assert result.returncode == 0, result.stdout


def test_a_changed_field_would_be_noticed(tmp_path: Path) -> None:
    planted = tmp_path / "proto"
    shutil.copytree(ROOT / "proto", planted)
    path = planted / "twolamps/prompts/v1/prompts.proto"
    path.write_text(path.read_text().replace("bool leave_light = 3", "int32 leave_light = 3"))
    assert "leave_light" in buf_breaking(planted).stdout
