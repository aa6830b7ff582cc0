"""How are devices kept that ask for a session? By the hashes of their two codes, until their time is over.

A device's name lies here in the clear while it is nobody's; with the approval it goes to the session, under its owner's
key, and nothing of it stays.
"""

from datetime import datetime

from pairing.defaults import REFRESH_GRACE
from pairing.domain.devices import Approval, Device
from pairing.domain.errors import DeviceCodeNotValid
from pairing.store.secrets import token_hash
from twolamps_chassis.db import Row, Transaction

AT_ONCE = 100


async def save_device(
    tx: Transaction, device_code: str, user_code_hash: bytes, client_name: str, expires_at: datetime
) -> None:
    """Keep a device that asks."""
    sql = """INSERT INTO device_codes (device_code_hash, user_code_hash, client_name, expires_at) VALUES ($1, $2, $3, $4)"""
    await tx.execute(sql, token_hash(device_code), user_code_hash, client_name, expires_at)


async def forget_devices(tx: Transaction) -> None:
    """Drop devices whose time is over, some at once, and never wait for somebody else who does."""
    sql = """DELETE FROM device_codes WHERE device_code_hash IN (
                 SELECT device_code_hash FROM device_codes WHERE expires_at <= $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)"""
    await tx.execute(sql, tx.now - REFRESH_GRACE, AT_ONCE)


async def load_asking(tx: Transaction, user_code_hash: bytes) -> Device:
    """The device that shows a code, locked: of two who approve it one comes first. Raises DeviceCodeNotValid."""
    sql = """SELECT d.*, false AS token_live, coalesce(
                 (SELECT s.ended_at IS NOT NULL FROM sessions AS s WHERE s.id = d.session_id), false) AS session_ended
             FROM device_codes AS d WHERE d.user_code_hash = $1 FOR UPDATE"""
    row = await tx.fetchrow(sql, user_code_hash)
    if row is None:
        raise DeviceCodeNotValid("user_code")
    return _device(row)


async def save_approval(tx: Transaction, user_code_hash: bytes, approval: Approval) -> None:
    """Keep that I gave a device a session; its name stands there alone from now on."""
    sql = """UPDATE device_codes SET person_id = $2, session_id = $3, expires_at = $4, client_name = ''
             WHERE user_code_hash = $1"""
    await tx.execute(sql, user_code_hash, tx.me, approval.session_id, approval.expires_at)


async def find_device(tx: Transaction, device_code: str) -> Device | None:
    """The device that holds a code."""
    sql = """SELECT d.*, coalesce(s.ended_at IS NOT NULL, false) AS session_ended,
                    EXISTS (SELECT 1 FROM refresh_tokens AS t WHERE t.session_id = d.session_id
                            AND t.made_by = d.device_code_hash AND t.used_at IS NULL AND t.withdrawn_at IS NULL) AS token_live
             FROM device_codes AS d LEFT JOIN sessions AS s ON s.id = d.session_id WHERE d.device_code_hash = $1"""
    row = await tx.fetchrow(sql, token_hash(device_code))
    return _device(row) if row else None


async def use_device(tx: Transaction, device_code: str) -> None:
    """A device fetches its session; the first time counts."""
    sql = "UPDATE device_codes SET used_at = $2 WHERE device_code_hash = $1 AND used_at IS NULL"
    await tx.execute(sql, token_hash(device_code), tx.now)


def _device(row: Row) -> Device:
    given = (row["person_id"], row["session_id"], row["session_ended"])
    return Device(row["client_name"], row["expires_at"], *given, row["used_at"], row["token_live"])
