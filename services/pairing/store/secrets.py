"""How does pairing keep what nobody may read back? Passwords, mails for look-up, codes and refresh tokens as hashes.

Promises: Argon2id with 19 MiB, two passes, one lane, at most two at a time and never on the event loop; a check takes
as long where there is nothing to check against; mail and code hashes need a key that is not in the database.
"""

import asyncio
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from pairing.domain.codes import new_code, normal_code
from pairing.domain.devices import new_user_code
from pairing.domain.people import normal_mail

Args = TypeVarTuple("Args")
T = TypeVar("T")
ARGON2 = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
AT_ONCE = 2
REFRESH_BYTES = 32


class Secrets:
    """Hashes with the key of `key_file`, 32 bytes that only their owner may read."""

    def __init__(self, key_file: Path) -> None:
        if key_file.stat().st_mode & 0o077:
            raise PermissionError(f"{key_file} must be readable by its owner only (chmod 600)")
        self.key = key_file.read_bytes()
        self.threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self.nobodys = ARGON2.hash(secrets.token_urlsafe())

    def mail_hash(self, mail: str) -> bytes:
        """Under what a mail is found, however it is spelled."""
        return self._keyed("mail", normal_mail(mail))

    def code_hash(self, code: str) -> bytes:
        """Under what a pairing code is found, however it is typed."""
        return self._keyed("code", normal_code(code))

    def user_code_hash(self, code: str) -> bytes:
        """Under what the code that a device shows is found, however it is typed."""
        return self._keyed("user code", normal_code(code))

    async def hash_password(self, password: str) -> str:
        """What is kept of a password."""
        return await self._thread(ARGON2.hash, _normal(password))

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that was kept; None is nobody's, which takes as long."""
        fits = await self._thread(ARGON2.verify, _normal(password), kept or self.nobodys)
        return fits and kept is not None

    async def close(self) -> None:
        """Let the threads go."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _keyed(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{kind}:{text}".encode(), hashlib.sha256)

    async def _thread(self, call: Callable[[*Args], T], *args: *Args) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, call, *args)


def random_code() -> str:
    """A pairing code from the system's randomness."""
    return new_code(secrets.choice)


def random_user_code() -> str:
    """A code for a device to show, from the system's randomness."""
    return new_user_code(secrets.choice)


def random_token() -> str:
    """A secret of 256 bits, such as a refresh token."""
    return secrets.token_urlsafe(REFRESH_BYTES)


def token_hash(token: str) -> bytes:
    """What is kept of such a secret: 256 random bits need no key and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _normal(password: str) -> str:
    # One password typed on two keyboards may differ in composition only.
    return unicodedata.normalize("NFKC", password)
