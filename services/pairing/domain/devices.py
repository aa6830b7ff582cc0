"""How does a device come to a session without a password typed on it? It shows a code that a signed-in person approves.

Promises: the code to type is eight letters without vowels and look-alikes, 34 bits; of two who approve it one wins, and
for that one a second approval is the same approval. The code that the device holds becomes a session's tokens once, and
within the grace again for a reply that was lost, as long as the token that it made has not been used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pairing.defaults import DEVICE_PICKUP_FOR, REFRESH_GRACE
from pairing.domain.errors import DeviceCodeNotValid, DeviceCodePending

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8
PATH = "/device"
"""Where the web app takes the code to type."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a device is told: a code to hold, one to show, and how often it may ask."""

    device_code: str
    user_code: str
    verification_path: str
    expires_at: datetime
    interval: timedelta


@dataclass(frozen=True, slots=True)
class Device:
    """A device that asked, and whose session it was given. `used_at` is when it first fetched that; `token_live`: the token
    it got last has been neither used nor withdrawn."""

    client_name: str
    expires_at: datetime
    person_id: UUID | None
    session_id: UUID | None
    session_ended: bool
    used_at: datetime | None
    token_live: bool


@dataclass(frozen=True, slots=True)
class Approval:
    """The session that a device is given, and until when it may fetch it; `anew` unless it was given before."""

    session_id: UUID
    expires_at: datetime
    anew: bool


def new_user_code(choice: Callable[[str], str]) -> str:
    """A code to type, normal form; `choice` draws one letter of a text, all alike."""
    return "".join(choice(LETTERS) for _ in range(LENGTH))


def approve(device: Device, person: UUID, session: UUID, now: datetime) -> Approval:
    """`person` gives a device the new `session`. Raises DeviceCodeNotValid.

    However late it comes, the device has a minute to fetch it.
    """
    if device.session_ended or now >= device.expires_at or device.person_id not in (None, person):
        raise DeviceCodeNotValid("user_code")
    if device.session_id is not None:
        return Approval(device.session_id, device.expires_at, False)
    return Approval(session, max(device.expires_at, now + DEVICE_PICKUP_FOR), True)


def fetched_session(device: Device | None, now: datetime) -> tuple[UUID, UUID]:
    """The person and the session that a device gets. Raises DeviceCodePending, DeviceCodeNotValid."""
    if device is None or device.session_ended:
        raise DeviceCodeNotValid("device_code")
    if device.used_at is None and now >= device.expires_at:
        raise DeviceCodeNotValid("device_code")
    if device.used_at is not None and not (device.token_live and now - device.used_at <= REFRESH_GRACE):
        raise DeviceCodeNotValid("device_code")
    if device.person_id is None or device.session_id is None:
        raise DeviceCodePending
    return device.person_id, device.session_id
