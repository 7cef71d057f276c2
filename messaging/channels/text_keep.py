"""SMS and WhatsApp messages kept on this machine as text files; nothing leaves."""

from __future__ import annotations

from pathlib import Path

from messaging.channels.kept_files import KeptFiles
from messaging.channels.shape import Letter


class TextKeep(KeptFiles):
    """A directory of its own for each channel."""

    def __init__(self, directory: Path, channel: str) -> None:
        """Keep the letters under `directory`."""
        super().__init__(directory / channel, ".txt", _written)
        self.sender = "+10000000000"


def _written(letter: Letter) -> bytes:
    lines = [f"To: {letter.address}", f"Date: {letter.date.isoformat()}"]
    if letter.template:
        lines.append(f"Template: {letter.template} {dict(letter.variables)}")
    lines += [f"Media: {url}" for url in letter.media]
    return "\n".join([*lines, "", letter.text, ""]).encode()
