"""The zips of functions: the same input gives the same bytes on every machine.

AWS knows a function's code by the SHA-256 of its zip. A date, a mode, an order of names or a compressor that differs
from one machine to the next would deploy every function anew for nothing. So names are sorted, dates and modes fixed,
and nothing is compressed: releases of zlib write different bytes. Wheels are unpacked as they are, not installed:
an installer leaves its own name, paths and byte code behind.
"""

import base64
import hashlib
import io
import stat
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

Architecture = Literal["arm64", "x86_64"]
Runtime = Literal["python3.12", "python3.13"]

LOCK = "requirements.lock"
HANDLER = "handler.py"
#: "AWS Lambda quotas": a zip that is uploaded with the request, which is how Terraform does it.
ZIP_LIMIT = 50 * 1024**2
#: Counted up when the same input shall give other bytes: packages of before are then not found any more.
_FORMAT = 1
#: The first moment that a zip can name.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = stat.S_IFREG | 0o644
#: A function's folder holds these beside what is deployed.
_NOT_DEPLOYED = {"requirements.txt", LOCK, "README.md", "__pycache__", "tests"}


class PackagingError(Exception):
    """A function cannot be packed, or its package is not there; the message says what to do."""


@dataclass(frozen=True)
class Target:
    """What a package is for."""

    runtime: Runtime = "python3.13"
    architecture: Architecture = "arm64"

    @property
    def python(self) -> str:
        """Python's version: `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms of wheels that run there, the newest first.

        "Lambda runtimes": these stand on Amazon Linux 2023, whose C library is glibc 2.34.
        """
        machine = {"arm64": "aarch64", "x86_64": "x86_64"}[self.architecture]
        return (*(f"manylinux_2_{minor}_{machine}" for minor in range(34, 16, -1)), f"manylinux2014_{machine}")


@dataclass(frozen=True)
class Packages:
    """The functions' folders, and the folder that their packages are built into."""

    sources: Path
    built: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Packages":
        """Return the folders that LAMBDAS and GROUNDWORK_BUILD name, `lambdas` and `build` without them."""
        build = Path(environment.get("GROUNDWORK_BUILD") or "build")
        return cls(Path(environment.get("LAMBDAS") or "lambdas"), build / "functions")

    def path(self, code: str, target: Target) -> Path:
        """Return where the package lies once it is built: under a name that its input decides."""
        name = f"{code}-{target.runtime}-{target.architecture}-{digest(self.sources / code, target)}.zip"
        return self.built / name

    def find(self, code: str, target: Target) -> Path:
        """Return the built package. Raises PackagingError when there is none of these sources."""
        path = self.path(code, target)
        if not path.is_file():
            raise PackagingError(
                f"lambdas/{code} is not built for {target.runtime} on {target.architecture} as it is now; "
                "run `.venv/bin/python -m ops build`"
            )
        return path


def is_function(folder: Path) -> bool:
    """Return whether the folder holds a function's code."""
    return (folder / HANDLER).is_file()


def sources(folder: Path) -> dict[str, bytes]:
    """Return the files of a function's folder that are deployed, by their names in the zip: a package of its name.

    Raises PackagingError when it is not the folder of a function.
    """
    if not is_function(folder):
        raise PackagingError(
            f"{folder.name} is not a function: there is no lambdas/{folder.name}/{HANDLER}; "
            "write one with `def handler(event, context)`, or name another folder with `code`"
        )
    if folder.name in sys.stdlib_module_names:
        raise PackagingError(f"lambdas/{folder.name} bears the name of a module of Python's own; rename the folder")
    return {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _is_deployed(path.relative_to(folder))
    }


def digest(folder: Path, target: Target) -> str:
    """Return sixteen hexadecimal digits of all that decides about the package's bytes."""
    hashed = hashlib.sha256(f"{_FORMAT} {target.runtime} {target.architecture}".encode())
    lock = folder / LOCK
    locked = {LOCK: lock.read_bytes()} if lock.is_file() else {}
    for name, content in sorted({**sources(folder), **locked}.items()):
        hashed.update(f"\0{name}\0{len(content)}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()[:16]


def pack(function: Mapping[str, bytes], wheels: Iterable[Path]) -> bytes:
    """Return the zip of a function's own files and those of its wheels.

    Raises PackagingError when two bring different files of one name, or the zip is larger than Lambda takes.
    """
    files = dict(function)
    for wheel in wheels:
        for name, content in unpacked(wheel).items():
            if files.setdefault(name, content) != content:
                raise PackagingError(f"{name} is in {wheel.name} and elsewhere in the function; rename the function's")
    packed = write_zip(files)
    if len(packed) > ZIP_LIMIT:
        raise PackagingError(
            f"the zip has {len(packed) / 1024**2:.0f} MB, Lambda takes {ZIP_LIMIT // 1024**2}; "
            f"take out of {LOCK} what the function does not need, or split it"
        )
    return packed


def unpacked(wheel: Path) -> dict[str, bytes]:
    """Return the wheel's files as they lie once it is installed, without its scripts and byte code."""
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = _installed(PurePosixPath(name))
            if place and not name.endswith("/"):
                files[place.as_posix()] = archive.read(name)
    return files


def code_hash(package: Path) -> str:
    """Return the package's SHA-256 as Lambda tells it, in base64 ("GetFunction, CodeSha256")."""
    return base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files which nothing but their names and content decides about."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, on every system: it says how the mode is read.
            entry.external_attr = _MODE << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _is_deployed(path: Path) -> bool:
    return not any(part in _NOT_DEPLOYED or part.startswith(".") for part in path.parts) and path.suffix != ".pyc"


def _installed(path: PurePosixPath) -> PurePosixPath | None:
    """Return where a wheel's file is installed ("Binary distribution format"), None for what no function uses."""
    if path.suffix == ".pyc":
        return None
    if path.parts[0].endswith(".data"):
        return PurePosixPath(*path.parts[2:]) if path.parts[1] in ("purelib", "platlib") else None
    return path
