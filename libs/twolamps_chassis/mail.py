"""How does a letter leave? Through a port; in standalone it is a file in the mailbox folder.

Promises: a letter is written whole or not at all, readable by its owner only; the mail address is in the letter and
nowhere else.
"""

import os
import secrets
from email.message import EmailMessage
from pathlib import Path

from twolamps_chassis import clock


class Mailbox:
    """A folder with one .eml file a letter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, to: str, subject: str, text: str) -> None:
        """Send a letter."""
        letter = EmailMessage()
        letter["To"], letter["Subject"], letter["From"] = to, subject, "Twolamps <twolamps@localhost>"
        letter.set_content(text)
        name = f"{clock.utc_now():%Y%m%dT%H%M%S}-{secrets.token_hex(6)}"
        fresh = self.folder / f".{name}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(letter))
        os.replace(fresh, self.folder / f"{name}.eml")
