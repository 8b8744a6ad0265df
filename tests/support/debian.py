"""Debian packages, unpacked in a folder instead of installed: it needs no rights, and changes nothing else."""

import shutil
import subprocess
from pathlib import Path


class PackageError(Exception):
    """A package that this machine lacks, and that cannot be unpacked."""


def unpack(package: str, folder: Path) -> Path:
    """Download a package with everything that this machine lacks for it, and return where it is unpacked.

    Raises PackageError.
    """
    if not shutil.which("apt-get"):
        raise PackageError(f"install {package}: a test runs its programs")
    target, archives, lists = folder / package, folder / "archives" / package, folder / "lists"
    for each in (archives, lists):
        (each / "partial").mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::State::lists": str(lists),
        "Dir::Cache::archives": str(archives),
        # What only root can have.
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
    }
    get = ["apt-get", "--yes", *(argument for each in options.items() for argument in ("-o", "=".join(each)))]
    for command in (["update"], ["--no-install-recommends", "--download-only", "install", package]):
        done = subprocess.run([*get, *command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PackageError(f"install {package}, which cannot be downloaded:\n{done.stderr}")
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg", "--extract", str(archive), str(target)], check=True)
    shutil.rmtree(archives)
    return target
