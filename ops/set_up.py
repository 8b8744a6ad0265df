"""`make setup`: installs what the other commands need. Runs with the system's Python and its standard library.

Creates .venv from requirements.lock and node_modules from pnpm-lock.yaml. Later runs only check whether the lock files
have changed. uv installs the Python packages: the machine's own, or the one of requirements-uv.lock in .venv-uv. pnpm,
which npm installs into ci/pnpm, installs the Node.js packages.
With `--commands`, it only installs the few Python packages of requirements-commands.lock, and needs neither Node.js nor
Terraform: enough to release a service from the pipeline of an application.
The syntax is limited to Python 3.7, so that an old Python can report that it is too old.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Tuple  # noqa: UP035 - for the old Python

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
#: The environment with uv and pip, on a machine without uv.
BOOTSTRAP = PROJECT / ".venv-uv"
NODE_MODULES = PROJECT / "node_modules"
#: The environment with pnpm.
PNPM = PROJECT / "ci" / "pnpm" / "node_modules"
PYTHON_LOCK = "requirements.lock"
COMMANDS_LOCK = "requirements-commands.lock"
UV_LOCK = "requirements-uv.lock"
NODE_LOCK = "pnpm-lock.yaml"
PNPM_LOCK = "ci/pnpm/package-lock.json"

Version = Tuple[int, int]  # noqa: UP006 - for the old Python

PYTHON_NEEDED = (3, 11)
NODE_NEEDED = (18, 12)
NPM_NEEDED = (8, 0)
TERRAFORM_NEEDED = (1, 10)
#: The first release that reads the certificates of the machine by UV_SYSTEM_CERTS, or the older variable.
UV_NEEDED = (0, 5)
#: Same values as in ops.errors.ExitCode, which this Python may be too old to import.
MISSING_TOOL, FAILED = 3, 1
REMINDER_SECONDS = 15

#: What to do if uv cannot create an environment.
REMOVE_UV = "see the output above; if uv itself fails, reinstall it or run `rm -rf .venv-uv`, then `make setup`"
#: What to do if packages cannot be installed.
CHECK_INDEX = (
    "see the output above; if the index cannot be reached, check HTTPS_PROXY, and UV_DEFAULT_INDEX for a mirror; if "
    "the disk is full, free some space; if a hash differs, restore the lock file with git"
)
#: The same for Node.js packages.
CHECK_REGISTRY = (
    "see the output above; if the registry cannot be reached, check HTTPS_PROXY, and `npm config get registry` for a "
    "mirror; if the disk is full, free some space; if a hash differs, restore the lock file with git"
)
#: Certificates of the machine, as pip uses them (by two names, for older and newer releases); only the machine's
#: Python; and all indexes alike, as for pip: the lock file has the hash of every package.
UV_SETTINGS = {
    "UV_SYSTEM_CERTS": "true",
    "UV_NATIVE_TLS": "true",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_INDEX_STRATEGY": "unsafe-best-match",
}
#: Settings of pip, and the environment variables of uv for the same.
PIP_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}

#: The program `groundwork` in .venv/bin.
PROGRAM = """\
#!{python}
import sys
sys.path.insert(0, {project!r})
from ops.__main__ import main
main()
"""

GET_NODE = "https://nodejs.org/en/download"
GET_TERRAFORM = "https://developer.hashicorp.com/terraform/install"


def main(only_commands: bool = False) -> int:
    """Check the tools, install what is missing, and return the exit code."""
    problems = list(old_python() if only_commands else missing_tools())
    if problems:
        say("\n".join(f"error {problem}" for problem in problems))
        return MISSING_TOOL
    try:
        with alone():
            if only_commands:
                install_commands()
            else:
                install_all()
    except OSError as error:
        # A full disk, or a folder that cannot be written. What is incomplete has no stamp: the next run replaces it.
        say(f"error {error.filename or PROJECT}: {error.strerror}; correct this, then run `make setup`")
        return FAILED
    return 0


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up of this project is running, and keep others from starting."""
    with (PROJECT / PYTHON_LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another `make` that installs packages ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install_all() -> None:
    """Install what is missing."""
    # In parallel: both wait for the network.
    with ThreadPoolExecutor() as pool:
        installs = [
            pool.submit(once, "Python packages", VENV, PYTHON_LOCK, install_project),
            pool.submit(once, "Node.js packages", NODE_MODULES, NODE_LOCK, install_node),
        ]
    for install in installs:
        install.result()
    once("index of the bindings", VENV, PYTHON_LOCK, index_bindings, "-indexed")


def install_commands() -> None:
    """Install what releases need, unless everything is installed."""
    if not stamp(VENV, PYTHON_LOCK).exists():
        once("packages of the commands", VENV, COMMANDS_LOCK, lambda: install_project(COMMANDS_LOCK))


def old_python() -> Iterator[str]:
    """Yield how to install Python, if this one is too old."""
    if sys.version_info < PYTHON_NEEDED:
        found = sys.version.split()[0]
        yield f"Python {found} is too old; 3.11 is required: install it, then run `make setup PYTHON=python3.11`"


def missing_tools() -> Iterator[str]:
    """Yield each tool that is missing or too old, and how to install it."""
    yield from old_python()
    terraform = os.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    needed = (
        ("node", NODE_NEEDED, f"install Node.js, {GET_NODE}; npm then installs the version that Groundwork runs"),
        ("npm", NPM_NEEDED, f"it comes with Node.js, {GET_NODE}"),
        (
            terraform,
            TERRAFORM_NEEDED,
            f"install it, {GET_TERRAFORM}, or use OpenTofu: export TERRAFORM_BINARY_NAME=tofu",
        ),
    )
    for program, version, remedy in needed:
        actual = version_of(program)
        if actual is None:
            yield f"{program} is missing: {remedy}"
        elif actual < version:
            yield f"{program} {dotted(actual)} is too old; {dotted(version)} is required: {remedy}"


def version_of(program: str) -> Optional[Version]:  # noqa: UP045 - for the old Python
    """Return the program's version, or None if it cannot be run."""
    if shutil.which(program) is None:
        return None
    try:
        asked = subprocess.run([program, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return None
    found = re.search(r"(\d+)\.(\d+)", asked.stdout.decode(errors="replace"))
    return (int(found.group(1)), int(found.group(2))) if found else None


def dotted(version: Version) -> str:
    """Return `1.10` for (1, 10)."""
    return ".".join(map(str, version))


def once(name: str, folder: Path, lock: str, install: Callable[[], None], suffix: str = "") -> None:
    """Install the packages of the lock file, unless the folder already contains them."""
    done = stamp(folder, lock, suffix)
    if done.exists():
        return
    started = time.monotonic()
    say(f"installing {name} from {lock} ...")
    install()
    done.touch()
    say(f"ok install {name} ({time.monotonic() - started:.1f} s)")


def stamp(folder: Path, lock: str, suffix: str = "") -> Path:
    """Return the file that marks the folder as installed from this lock file, for this Python."""
    content = (PROJECT / lock).read_bytes() + sys.version.encode()
    return folder / f".groundwork-{hashlib.sha256(content).hexdigest()[:16]}{suffix}"


def install_python(folder: Path, lock: str) -> None:
    """Create a new virtual environment that contains only the packages of the lock file.

    Bytecode is compiled when a module is first imported: a synth imports 80 of the 2,100 modules of the AWS bindings.
    """
    uv, environment = find_uv()
    shutil.rmtree(folder, ignore_errors=True)
    run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], REMOVE_UV, environment)
    install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), "--require-hashes"]
    run([*install, "-r", lock], CHECK_INDEX, environment)


def install_project(lock: str = PYTHON_LOCK) -> None:
    """Create .venv, with `groundwork` as another name for `python -m ops`: shells complete only named programs."""
    install_python(VENV, lock)
    program = VENV / "bin" / "groundwork"
    program.write_text(PROGRAM.format(python=VENV_PYTHON, project=str(PROJECT)))
    program.chmod(0o755)


def find_uv() -> Tuple[str, Dict[str, str]]:  # noqa: UP006 - for the old Python
    """Return uv and the environment variables for it, after installing it if the machine has none."""
    environment = {**UV_SETTINGS, **os.environ}
    found = version_of("uv")
    if found and found >= UV_NEEDED:
        return "uv", environment
    once("uv", BOOTSTRAP, UV_LOCK, install_uv)
    return str(BOOTSTRAP / "bin" / "uv"), {**pip_settings(), **environment}


def install_uv() -> None:
    """Install uv with the pip of a virtual environment of its own."""
    shutil.rmtree(BOOTSTRAP, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(BOOTSTRAP)], "on Debian: apt-get install python3-venv")
    pip = [str(BOOTSTRAP / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "install", "--no-deps", "--no-compile", "--require-hashes", "-r", UV_LOCK], CHECK_INDEX)


def pip_settings() -> Dict[str, str]:  # noqa: UP006 - for the old Python
    """Return pip's settings of this machine, such as a mirror, as uv's environment variables: uv does not read them."""
    pip = [str(BOOTSTRAP / "bin" / "python"), "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
    found = dict(re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listed, re.MULTILINE))
    if "find-links" in found:
        found["find-links"] = found["find-links"].replace(" ", ",")
    return {PIP_SETTINGS[name]: value for name, value in found.items() if name in PIP_SETTINGS}


def install_node() -> None:
    """Create node_modules with hard links into pnpm's store. No install script runs.

    The terminal module of the CDKTF CLI does not need its script: it ships the compiled result.
    """
    once("pnpm", PNPM, PNPM_LOCK, lambda: install_with_npm(PNPM.parent))
    shutil.rmtree(NODE_MODULES, ignore_errors=True)
    pnpm = str(PNPM / ".bin" / "pnpm")
    run([pnpm, "install", "--frozen-lockfile", "--ignore-scripts"], CHECK_REGISTRY)


def install_with_npm(folder: Path) -> None:
    """Create the folder's node_modules from its package-lock.json. No install script runs."""
    run(["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"], CHECK_REGISTRY)


def index_bindings() -> None:
    """Create jsii's index of the AWS bindings. Without it, every short synth takes 3 seconds longer."""
    run([str(VENV_PYTHON), "-m", "modules.bindings"], "see the output above")


def run(command: List[str], remedy: str, environment: Optional[Dict[str, str]] = None) -> None:  # noqa: UP006, UP045
    """Run the command in the project. If it fails, print its output and exit."""
    finished = threading.Event()
    name = " ".join([Path(command[0]).name, *command[1:4]])
    threading.Thread(target=remind, args=(name, finished), daemon=True).start()
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    finished.set()
    if result.returncode:
        say(result.stdout.decode(errors="replace"))
        say(f"error {name} failed: {remedy}")
        sys.exit(FAILED)


def remind(name: str, finished: threading.Event) -> None:
    """Report periodically that the command is still running."""
    started = time.monotonic()
    while not finished.wait(REMINDER_SECONDS):
        say(f"  ... {name}, {time.monotonic() - started:.0f} s")


def say(text: str) -> None:
    """Print to stderr: stdout is for data."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main("--commands" in sys.argv[1:]))
