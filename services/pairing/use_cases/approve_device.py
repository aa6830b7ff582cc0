"""ApproveDevice: sign a device in, by my password, from where I am signed in already."""

from dataclasses import dataclass, field
from uuid import uuid4

from pairing.domain.devices import approve
from pairing.store.devices import load_asking, save_approval
from pairing.store.people import check_password
from pairing.store.secrets import Secrets
from pairing.store.sessions import list_sessions, save_session
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import DeviceConnected


@dataclass(frozen=True)
class ApproveDevice:
    """Give the device that shows this code a session of mine."""

    user_code: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class ApprovedDevice:
    """What the device calls itself."""

    client_name: str


async def approve_device(command: ApproveDevice, tx: Transaction, secrets: Secrets) -> ApprovedDevice:
    """A session of mine that the device fetches; it is listed, and I am told of it, from now on.

    Raises WrongPassword whatever the code is, else DeviceCodeNotValid, alike for a wrong, used and expired one.
    """
    await check_password(tx, secrets, command.password)
    code_hash = secrets.user_code_hash(command.user_code)
    device = await load_asking(tx, code_hash)
    approval = approve(device, tx.me, uuid4(), tx.now)
    if approval.anew:
        await save_session(tx, approval.session_id, tx.me, device.client_name)
        await save_approval(tx, code_hash, approval)
        connected = DeviceConnected(person_id=tx.me, session_id=approval.session_id, connected_at=tx.now)
        tx.record(tx.me, connected)
    (session,) = await list_sessions(tx, 1, None, [approval.session_id])
    return ApprovedDevice(session.client_name)
