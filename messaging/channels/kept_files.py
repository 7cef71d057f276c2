"""Letters kept on this machine as files: what the providers that let nothing leave have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.mime import NoMailAddress


class KeptFiles:
    """A mailbox that is a directory. A letter's file has one name for ever, so a second hand-over changes nothing."""

    provider = "keep"
    at_once = 100
    needs_words = True

    def __init__(self, directory: Path, suffix: str, written: Callable[[Letter], bytes]) -> None:
        """Keep the letters under `directory`, as `written` puts them."""
        self.directory = directory
        self.suffix = suffix
        self._written = written

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Write each letter to its file."""
        for letter in letters:
            path = self._path(letter.message_id, letter.token)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                partial = path.with_suffix(".part")
                partial.write_bytes(self._written(letter))
                partial.replace(path)  # in one step: a file with this ending is whole
            except NoMailAddress as problem:
                yield Answer(Outcome.REFUSED, str(problem), code="invalid")
            except OSError as problem:
                yield Answer(Outcome.LATER, f"The mailbox on this machine cannot be written: {problem.strerror}.")
            else:
                yield Answer(Outcome.TAKEN, "Kept on this machine.", path.name)

    def look_up(self, lost: Lost) -> Answer | None:
        """See whether the file is there."""
        path = self._path(lost.message_id, lost.token)
        return Answer(Outcome.TAKEN, "Found in the mailbox.", path.name) if path.exists() else Answer(Outcome.LATER)

    def _path(self, letter_id: int, token: str) -> Path:
        return self.directory / f"{letter_id // 1000:06d}" / f"{letter_id}-{token}{self.suffix}"
