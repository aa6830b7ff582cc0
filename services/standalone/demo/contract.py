"""Which calls are there for a person? Read from the descriptors, so that a new call cannot be forgotten in the story."""

from collections.abc import Iterator

from google.api.annotations_pb2 import http as http_rule
from google.protobuf.descriptor import MethodDescriptor

from twolamps.access.v1.access_pb2 import ACCESS_COUPLE, access
from twolamps.notifications.v1 import notifications_pb2
from twolamps.pairing.v1 import pairing_pb2
from twolamps.prompts.v1 import prompts_pb2
from twolamps.scheduling.v1 import scheduling_pb2

CONTRACTS = (pairing_pb2, prompts_pb2, scheduling_pb2, notifications_pb2)


def _methods() -> Iterator[MethodDescriptor]:
    for contract in CONTRACTS:
        for service in contract.DESCRIPTOR.services_by_name.values():
            yield from service.methods


def _takes_two(method: MethodDescriptor) -> bool:
    return bool(method.GetOptions().Extensions[access] == ACCESS_COUPLE)


def _plain_reads(*, take_two: bool) -> tuple[str, ...]:
    paths = [m.GetOptions().Extensions[http_rule].get for m in _methods() if _takes_two(m) is take_two]
    return tuple(path for path in paths if path and "{" not in path)


TAKE_TWO = frozenset(method.name for method in _methods() if _takes_two(method))
"""The RPCs that only two connected people can call."""
LIVE_READS = _plain_reads(take_two=True)
"""Paths without an id that are read while connected."""
KEPT_READS = _plain_reads(take_two=False)
"""Paths without an id that stay readable."""
