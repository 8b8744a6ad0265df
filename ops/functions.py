"""`python -m ops build`: packages the functions of environments before a synth, which installs nothing.

The name of a package depends on its sources, its lock file, and its target, so that nothing is built twice.
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from modules.environment import Environment
from modules.events.function.packaging import LOCK, Packages, PackagingError, Target, pack, sources, write_package
from ops.errors import ExitCode, OpsError
from ops.steps import step
from ops.tools import tail


def build(packages: Packages, environments: Iterable[Environment], shell: Mapping[str, str]) -> list[Path]:
    """Build the missing packages of the environments' functions, and return all packages.

    `shell` contains the environment variables for pip. Raises OpsError.
    """
    wanted = dict.fromkeys(each for environment in environments for each in environment.packaged())
    try:
        return [_built(packages, code, target, shell) for code, target in wanted]
    except PackagingError as error:
        raise OpsError(str(error), ExitCode.REFUSED) from None


def build_for_here(packages: Packages, environment: Environment, folder: Path, shell: Mapping[str, str]) -> None:
    """Build a second package, for this machine, of each function whose package contains compiled modules.

    Its name in the folder is the SHA-256 of the original package: Terraform deploys the original to the embedded AWS,
    which runs the second one. Raises OpsError.
    """
    for code, target in dict.fromkeys(environment.packaged()):
        package = packages.find(code, target)
        path = folder / f"{hashlib.sha256(package.read_bytes()).hexdigest()}.zip"
        with zipfile.ZipFile(package) as archive:
            compiled = any(name.endswith(".so") for name in archive.namelist())
        if compiled and not path.exists():
            with step(f"build {package.name} a second time, for this machine") as doing:
                write_package(path, _packed(packages.sources / code, [], shell))
                doing.result = f"Python {platform.python_version()} on {platform.machine()}"


def wheels(lock: Path, folder: Path, options: Sequence[str], shell: Mapping[str, str]) -> list[Path]:
    """Download the wheels of the lock file into the folder, verify their hashes, and return them. Raises OpsError."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # Only what the lock file lists, and nothing that would have to be compiled here for another machine.
    command += [
        "--require-hashes",
        "--no-deps",
        "--only-binary=:all:",
        *options,
        "--dest",
        str(folder),
        "-r",
        str(lock),
    ]
    done = subprocess.run(command, env=dict(shell), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OpsError(f"the wheels of {lock} cannot be downloaded:\n{tail(done.stderr)}")
    return sorted(folder.glob("*.whl"))


def options_of(target: Target) -> list[str]:
    """Return pip's options for wheels of the package's target."""
    platforms = [option for platform in target.platforms for option in ("--platform", platform)]
    return [*platforms, "--python-version", target.python, "--implementation", "cp"]


def _built(packages: Packages, code: str, target: Target, shell: Mapping[str, str]) -> Path:
    path = packages.path(code, target)
    if path.exists():
        return path
    with step(f"build {code} for {target.runtime} on {target.architecture}") as doing:
        content = _packed(packages.sources / code, options_of(target), shell)
        write_package(path, content)
        doing.result = f"{path.name}, {len(content) / 1024:.0f} KB"
    return path


def _packed(folder: Path, options: Sequence[str], shell: Mapping[str, str]) -> bytes:
    lock = folder / LOCK
    with tempfile.TemporaryDirectory() as fetched:
        return pack(sources(folder), wheels(lock, Path(fetched), options, shell) if lock.is_file() else [])
