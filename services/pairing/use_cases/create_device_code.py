"""CreateDeviceCode: a device asks for a session."""

from dataclasses import dataclass

from pairing.defaults import DEVICE_CODE_FOR, DEVICE_INTERVAL
from pairing.domain.codes import shown_code
from pairing.domain.devices import PATH, DeviceCode
from pairing.domain.people import checked_line
from pairing.store.devices import forget_devices, save_device
from pairing.store.secrets import Secrets, random_token, random_user_code
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class CreateDeviceCode:
    """Ask for a session on a device that calls itself `client_name`."""

    client_name: str


async def create_device_code(command: CreateDeviceCode, tx: Transaction, secrets: Secrets) -> DeviceCode:
    """The code to show and the one to hold. Raises NameUnreadable: the name is shown to who is asked to trust it."""
    name = checked_line(command.client_name, "client_name")
    device_code, user_code, expires_at = random_token(), random_user_code(), tx.now + DEVICE_CODE_FOR
    await forget_devices(tx)
    await save_device(tx, device_code, secrets.user_code_hash(user_code), name, expires_at)
    return DeviceCode(device_code, shown_code(user_code), PATH, expires_at, DEVICE_INTERVAL)
