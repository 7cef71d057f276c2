"""Make .venv and put the pinned, hashed dependencies into it; do nothing when that is done already.

Run by any Python as a script, isolated: `python3 -I config/install.py run` or `dev`. Needs nothing but Python.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def wanted(kind):
    """Return the requirements file of a kind and its hash."""
    path = ROOT / "requirements" / (kind + ".txt")
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def installed():
    """Return the hashes by kind that the environment was made from; nothing when it cannot be used."""
    try:
        return json.loads(STAMP.read_text()) if PYTHON.exists() else {}
    except (FileNotFoundError, ValueError):
        return {}


def make_environment():
    """Make .venv anew."""
    print("Making .venv ...", flush=True)
    shutil.rmtree(str(VENV), ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        said = (made.stdout + made.stderr).strip().splitlines()
        sys.exit(
            "Python cannot make a virtual environment here"
            + (": sudo apt-get install python3-venv" if "ensurepip" in "".join(said) else ": " + "".join(said[-1:]))
        )


def install(kind):
    """Bring .venv to the state of requirements/KIND.txt. dev.txt holds everything of run.txt, so it serves both."""
    stamp = installed()
    run, dev = wanted("run")[1], wanted("dev")[1]
    if stamp.get("dev") == dev or (kind == "run" and stamp.get("run") == run):
        return
    if not PYTHON.exists() or subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode != 0:
        make_environment()
    path, digest = wanted(kind)
    print("Installing requirements/%s.txt, a minute the first time ..." % kind, flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary=:all:", "-r", str(path)]
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        sys.exit("The dependencies could not be installed: see above. Is the package index within reach?")
    STAMP.write_text(json.dumps({kind: digest}))


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(
            "Python 3.11 or newer is needed and %s is %d.%d: make run PYTHON=python3.12"
            % ((sys.executable,) + sys.version_info[:2])
        )
    if os.name != "posix":
        sys.exit("Linux or macOS is needed; on Windows use WSL or docker compose up.")
    try:
        install(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
