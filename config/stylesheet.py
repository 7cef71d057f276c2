"""The one stylesheet of the product, put together from static/css so that a page asks for it once.

`python -m config.stylesheet` builds it before files are collected; in development it is
rebuilt by itself as soon as a part is newer.
"""

import re
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

STATIC = Path(__file__).resolve().parent.parent / "static"
BUILT = STATIC / "built" / "app.css"


def parts(folder: Path) -> list[Path]:
    """Return the parts in the order of order.txt; a folder named there stands for its files by name."""
    found: list[Path] = []
    for line in (folder / "order.txt").read_text().split():
        found += sorted((folder / line).glob("*.css")) if line.endswith("/") else [folder / line]
    return found


def squeeze(text: str) -> str:
    """Drop comments and indentation, which no browser needs; leave everything else as written."""
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in without_comments.splitlines() if line.strip())


def build(source: Path = STATIC / "css", target: Path = BUILT) -> Path:
    """Write the stylesheet where it is missing or older than a part; return its path."""
    files = parts(source)
    newest = max(file.stat().st_mtime_ns for file in [*files, source, source / "components", source / "order.txt"])
    if not target.exists() or target.stat().st_mtime_ns < newest:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        fresh.write_text("\n".join(squeeze(file.read_text()) for file in files) + "\n")
        fresh.replace(target)  # in one step: a reader never sees half a file
    return target


def address() -> str:
    """Return the stylesheet's address for a page, fresh in development."""
    if settings.DEBUG:
        build()
    return static("built/app.css")


if __name__ == "__main__":
    print(build())
