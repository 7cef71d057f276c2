"""How a person is drawn where there is no picture: initials on a colour that stays theirs."""

import zlib

COLOURS = 6


def initials(name: str) -> str:
    """Return one or two letters for a name, a question mark for none; any script works."""
    words = [word for word in (name or "").replace("@", " ").split() if any(map(str.isalnum, word))]
    if not words:
        return "?"
    picked = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(next(letter for letter in word if letter.isalnum()).upper() for word in picked)


def avatar_colour(key: object) -> int:
    """Return a number from 1 to 6 that is always the same for the same id or name."""
    return zlib.crc32(str(key).encode()) % COLOURS + 1


FILTERS = {"initials": initials, "avatar_colour": avatar_colour}
