"""SMS and WhatsApp messages kept on this machine as text files; nothing leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from messaging.channels.shape import Answer, Letter, Lost, Outcome


class TextKeep:
    """A directory of its own for each channel. A letter's file has one name for ever, as `EmailKeep`'s has."""

    provider = "keep"
    at_once = 100
    needs_words = True

    def __init__(self, directory: Path, channel: str) -> None:
        """Keep the letters under `directory`."""
        self.directory = directory / channel
        self.sender = "+10000000000"

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Write each letter to its file."""
        for letter in letters:
            path = self._path(letter.message_id, letter.token)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(".part")
                partial.write_text(_written(letter), encoding="utf-8")
                partial.replace(path)  # in one step: a file with this ending is whole
            except OSError as problem:
                yield Answer(Outcome.LATER, f"The mailbox on this machine cannot be written: {problem.strerror}.")
            else:
                yield Answer(Outcome.TAKEN, "Kept on this machine.", path.name)

    def look_up(self, lost: Lost) -> Answer | None:
        """See whether the file is there."""
        path = self._path(lost.message_id, lost.token)
        return Answer(Outcome.TAKEN, "Found in the mailbox.", path.name) if path.exists() else Answer(Outcome.LATER)

    def _path(self, letter_id: int, token: str) -> Path:
        return self.directory / f"{letter_id // 1000:06d}" / f"{letter_id}-{token}.txt"


def _written(letter: Letter) -> str:
    lines = [f"To: {letter.address}", f"Date: {letter.date.isoformat()}"]
    if letter.template:
        lines.append(f"Template: {letter.template} {dict(letter.variables)}")
    lines += [f"Media: {url}" for url in letter.media]
    return "\n".join([*lines, "", letter.text, ""])
