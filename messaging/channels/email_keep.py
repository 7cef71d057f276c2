"""E-mail kept on this machine as .eml files, which any mail program opens; nothing leaves."""

from __future__ import annotations

from pathlib import Path

from messaging.channels.kept_files import KeptFiles
from messaging.mime import mail_bytes


class EmailKeep(KeptFiles):
    """The mailbox of this machine."""

    def __init__(self, directory: Path, sender: str) -> None:
        """Keep the letters under `directory`."""
        super().__init__(directory, ".eml", lambda letter: mail_bytes(letter, sender))
        self.sender = sender
