"""CreateDeviceSession: a device fetches the session that was approved for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from pairing.domain.devices import fetched_session
from pairing.domain.errors import DeviceCodePending
from pairing.domain.sessions import Tokens
from pairing.store.devices import find_device, use_device
from pairing.store.sessions import rotate
from twolamps_chassis.auth import Signer
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CreateDeviceSession:
    """Exchange a device code."""

    device_code: str = field(repr=False)


async def owner_of_device(command: CreateDeviceSession, tx: Transaction) -> Iterable[UUID]:
    """The stream of who approved the device: twins with one code come one after the other."""
    device = await find_device(tx, command.device_code)
    return () if device is None or device.person_id is None else (device.person_id,)


async def create_device_session(command: CreateDeviceSession, tx: Transaction, signer: Signer) -> Tokens:
    """The session's tokens, by the rule of `domain.devices`. Raises DeviceCodePending, DeviceCodeNotValid."""
    person, session = fetched_session(await find_device(tx, command.device_code), tx.now)
    # What was approved after the locks were taken is not locked: it is fetched by the next try.
    if person not in tx.streams:
        raise DeviceCodePending
    await use_device(tx, command.device_code)
    refresh_token = await rotate(tx, session, command.device_code)
    return Tokens(*signer.access_token(person, session), refresh_token, session, person)
