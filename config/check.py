"""`make check`: everything that can be known about the code without running the product."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# What a lock file or a setting would say if it named where a package comes from: such a file works in one place only.
INDEX = re.compile(r'(index-url|find-links|"resolved"|registry\s*[=:]|https?://\S+/(simple|packages)/|\.(whl|tgz)\b)')
PINNED = re.compile(
    r"(^|/)(requirements/.*\.txt|package(-lock)?\.json|pyproject\.toml|Dockerfile|\.npmrc|.*compose.*)$"
)

Step = tuple[int, str]


def tool(*arguments: str) -> Callable[[], Step]:
    """Return a step that runs one of our tools and gives its exit code and words."""

    def run() -> Step:
        command = [str(BIN / arguments[0]), *arguments[1:]]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout

    return run


def django(*arguments: str) -> Callable[[], Step]:
    """Return a step that runs a manage.py command."""
    return tool("python", "manage.py", *arguments)


def no_package_addresses() -> Step:
    """Find pinned files that say where packages are fetched."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in listed
        if PINNED.search(name) and (ROOT / name).exists()
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if INDEX.search(line)
    ]
    return len(found), "\n".join(found)


STEPS: dict[str, Callable[[], Step]] = {
    "format": tool("ruff", "format", "--check", "--quiet", "."),
    "lint": tool("ruff", "check", "--quiet", "."),
    "import contracts": tool("lint-imports"),
    "templates": tool("djlint", "templates", "--lint", "--quiet"),
    "no package addresses": no_package_addresses,
    "settings and models": django("check", "--fail-level", "WARNING"),
    "migrations": django("makemigrations", "--check", "--dry-run"),
    "OpenAPI file": django("openapi", "--check"),
    "types": tool("mypy"),
}


def timed(step: Callable[[], Step]) -> tuple[int, str, float]:
    """Run a step and return its answer with the seconds that it took."""
    started = time.monotonic()
    code, words = step()
    return code, words, time.monotonic() - started


def main(names: Sequence[str]) -> int:
    """Run the steps named, or all, two at a time; return 1 when one fails."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    embedded.development(embedded.local_directory())
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"There is no step {unknown[0]!r}; there are: {', '.join(STEPS)}")
        return 2
    failed = False
    chosen = {name: step for name, step in STEPS.items() if not names or name in names}
    with embedded.ensure(), ThreadPoolExecutor(2) as pool:
        for name, (code, words, seconds) in zip(chosen, pool.map(timed, chosen.values()), strict=True):
            print(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if code != 0:
                failed = True
                print(words.rstrip())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
