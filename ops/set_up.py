"""`make setup`: what the other commands need, done once. Runs with the machine's own Python and its standard library.

Creates .venv from requirements.lock and node_modules from package-lock.json. Run again it only looks whether the
locks have changed. Kept to what an old Python can read, so that it can say that it is too old.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(PROJECT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
NODE_MODULES = os.path.join(PROJECT, "node_modules")

PYTHON_NEEDED = (3, 11)
NODE_NEEDED = (18, 0)
TERRAFORM_NEEDED = (1, 10)
#: As in ops.errors.ExitCode, which this Python may be too old to import.
MISSING_TOOL, FAILED = 3, 1
REMINDER_SECONDS = 15


def main():
    """Check the tools, then install what is not installed yet."""
    problems = list(missing_tools())
    if problems:
        for problem in problems:
            sys.stderr.write("error %s\n" % problem)
        return MISSING_TOOL
    once("Python packages", VENV, "requirements.lock", install_python)
    once("Node.js packages", NODE_MODULES, "package-lock.json", install_node)
    return 0


def missing_tools():
    """Yield what is missing or too old, and how to get it."""
    if sys.version_info < PYTHON_NEEDED:
        yield "Python %s is too old, 3.11 is needed: install it, then `make setup PYTHON=python3.11`" % (
            sys.version.split()[0]
        )
    terraform = os.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    needed = (
        ("node", NODE_NEEDED, "install Node.js, https://nodejs.org/en/download; npm uses it to fetch the one we run"),
        ("npm", (8, 0), "it comes with Node.js, https://nodejs.org/en/download"),
        (
            terraform,
            TERRAFORM_NEEDED,
            "install it, https://developer.hashicorp.com/terraform/install, "
            "or name OpenTofu: export TERRAFORM_BINARY_NAME=tofu",
        ),
    )
    for program, version, remedy in needed:
        found = version_of(program)
        if found is None:
            yield "%s is missing: %s" % (program, remedy)
        elif found < version:
            yield "%s %s is too old, %s is needed: %s" % (program, dotted(found), dotted(version), remedy)


def version_of(program):
    """Return the program's version as a tuple, or None when it cannot be run."""
    if shutil.which(program) is None:
        return None
    try:
        printed = subprocess.run(
            [program, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
        ).stdout.decode(errors="replace")
    except OSError:
        return None
    found = re.search(r"(\d+)\.(\d+)", printed)
    return (int(found.group(1)), int(found.group(2))) if found else None


def dotted(version):
    """Return `1.10` for (1, 10)."""
    return ".".join(str(part) for part in version)


def once(what, folder, lock, install):
    """Install what the lock file names, unless the folder holds just that."""
    with open(os.path.join(PROJECT, lock), "rb") as file:
        digest = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()
    stamp = os.path.join(folder, ".groundwork-" + digest[:16])
    if os.path.exists(stamp):
        return
    started = time.time()
    sys.stderr.write("installing %s from %s ...\n" % (what, lock))
    install()
    with open(stamp, "w"):
        pass
    sys.stderr.write("ok install %s (%.1f s)\n" % (what, time.time() - started))


def install_python():
    """Make .venv anew: only what the lock names may be in it."""
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "venv", "on Debian: apt-get install python3-venv")
    environment = dict(os.environ)
    # Byte code is written now, once: without it each start compiles 2,100 modules of the AWS bindings.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    install = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--compile", "--require-hashes"]
    run([*install, "-r", "requirements.lock"], "pip install", "look for its reason above", environment)


def install_node():
    """Install node_modules without any package's script but that of `node`, which brings the Node.js that we run.

    The CDKTF CLI's own terminal module needs none: it ships what it would otherwise compile.
    """
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm ci", "look for its reason above")
    run(["npm", "rebuild", "node"], "npm rebuild node", "look for its reason above")


def run(command, name, remedy, environment=None):
    """Run it in the project; when it fails, print what it said and end."""
    finished = threading.Event()
    threading.Thread(target=remind, args=(name, finished), daemon=True).start()
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    finished.set()
    if result.returncode:
        sys.stderr.write(result.stdout.decode(errors="replace"))
        sys.stderr.write("error %s failed: %s\n" % (name, remedy))
        sys.exit(FAILED)


def remind(name, finished):
    """Say now and then that it is still running."""
    started = time.time()
    while not finished.wait(REMINDER_SECONDS):
        sys.stderr.write("  ... %s, %.0f s\n" % (name, time.time() - started))


if __name__ == "__main__":
    sys.exit(main())
