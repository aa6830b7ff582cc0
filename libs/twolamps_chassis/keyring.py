"""How is what people write kept unreadable? AES-256-GCM under a data key per owner, wrapped by a key outside the database.

Promises: an owner is a person (mine) or a couple (ours); associated data is owner, record and version, so a cipher text
opens in its own place only; first use makes a key; a dropped key leaves a tombstone and never comes back.
"""

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CACHE_S = 60.0
VERSION = 1
LOAD = "SELECT owner, wrapped FROM data_keys WHERE owner = ANY($1::uuid[])"
MAKE = "INSERT INTO data_keys (owner, wrapped) VALUES ($1, $2) ON CONFLICT (owner) DO NOTHING"


class KeyDropped(Exception):
    """What was written here was erased."""


class WrongWrappingKey(Exception):
    """The wrapping key is not the one that this database's data keys were wrapped with: put the right one back."""


async def holds_keys(dsn: str) -> bool:
    """Whether a wrapping key was used here already; false where the database or its table is still to be made."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM data_keys)"))
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()


class Keyring:
    """Data keys of owners, read with a login of their own and cached for a minute."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", wrapping_key: bytes) -> None:
        self.pool, self.wrapping = pool, AESGCM(wrapping_key)
        self.cache: dict[UUID, tuple[float, AESGCM]] = {}

    @classmethod
    async def connect(cls, dsn: str, wrapping_key_file: Path) -> Self:
        """Open the keys' own database; the wrapping key is 32 bytes in a file only its owner may read. Raises
        WrongWrappingKey where it opens no key that is there, since whatever is written then, nobody else could read."""
        key = read_secret(wrapping_key_file)
        if len(key) != 32:
            raise WrongWrappingKey(f"{wrapping_key_file} must hold 32 bytes: put the right one back.")
        settings = {"statement_timeout": "5s", "application_name": "twolamps-keyring"}
        pool = await asyncpg.create_pool(
            dsn, min_size=1, max_size=4, server_settings=settings, command_timeout=5, reset=keep_connection
        )
        keyring = cls(pool, key)
        try:
            for row in await pool.fetch("SELECT owner, wrapped FROM data_keys WHERE wrapped IS NOT NULL LIMIT 1"):
                keyring._unwrap(row["owner"], row["wrapped"])
        except InvalidTag:
            await keyring.close()
            raise WrongWrappingKey(f"{wrapping_key_file}: {WrongWrappingKey.__doc__}") from None
        return keyring

    async def close(self) -> None:
        """Close the pool, at most two seconds."""
        try:
            await asyncio.wait_for(self.pool.close(), 2)
        except TimeoutError:
            self.pool.terminate()

    async def load(self, owners: Iterable[UUID]) -> None:
        """Have the keys of `owners` at hand, making those that are new; to be called before rows are locked."""
        oldest = time.monotonic() - CACHE_S
        missing = sorted({owner for owner in owners if self.cache.get(owner, (0.0,))[0] < oldest})
        if not missing:
            return
        found = {row["owner"]: row["wrapped"] for row in await self.pool.fetch(LOAD, missing)}
        for owner in missing:
            if owner not in found:
                await self.pool.execute(MAKE, owner, self._wrap(owner, AESGCM.generate_key(256)))
        if len(found) < len(missing):
            found = {row["owner"]: row["wrapped"] for row in await self.pool.fetch(LOAD, missing)}
        for owner, wrapped in found.items():
            if wrapped is None:
                self.cache.pop(owner, None)
            else:
                self.cache[owner] = (time.monotonic(), AESGCM(self._unwrap(owner, wrapped)))

    async def encrypt(self, owner: UUID, record: str, text: str) -> bytes:
        """Cipher text of `text` as `record` of `owner`; raises KeyDropped where the owner was erased."""
        return await self.encrypt_bytes(owner, record, text.encode())

    async def decrypt(self, owner: UUID, record: str, sealed: bytes) -> str:
        """The text again; raises KeyDropped where the owner was erased, InvalidTag where it is not of this place."""
        return (await self.decrypt_bytes(owner, record, sealed)).decode()

    async def encrypt_bytes(self, owner: UUID, record: str, clear: bytes) -> bytes:
        """As `encrypt`, for bytes."""
        await self.load([owner])
        nonce = os.urandom(12)
        return bytes([VERSION]) + nonce + self._key(owner).encrypt(nonce, clear, _place(owner, record))

    async def decrypt_bytes(self, owner: UUID, record: str, sealed: bytes) -> bytes:
        """As `decrypt`, for bytes."""
        await self.load([owner])
        return self._key(owner).decrypt(sealed[1:13], sealed[13:], _place(owner, record))

    async def drop(self, owner: UUID) -> None:
        """Erase an owner's key for good: everything under it is unreadable from now on."""
        sql = """INSERT INTO data_keys (owner, wrapped, dropped_at) VALUES ($1, NULL, now())
                 ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, dropped_at = now()"""
        await self.pool.execute(sql, owner)
        self.cache.pop(owner, None)

    def _key(self, owner: UUID) -> AESGCM:
        entry = self.cache.get(owner)
        if entry is None:
            raise KeyDropped
        return entry[1]

    def _wrap(self, owner: UUID, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self.wrapping.encrypt(nonce, key, owner.bytes)

    def _unwrap(self, owner: UUID, wrapped: bytes) -> bytes:
        return self.wrapping.decrypt(wrapped[:12], wrapped[12:], owner.bytes)


def read_secret(path: Path) -> bytes:
    """The bytes of a secret's file; raises PermissionError where others may read it."""
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} must be readable by its owner only (chmod 600)")
    return path.read_bytes()


async def keep_connection(_: object) -> None:
    """For pools: nothing outlives a transaction here (every setting is local), so a connection goes back as it is."""


def _place(owner: UUID, record: str) -> bytes:
    return f"{owner}|{record}|{VERSION}".encode()
