"""Deployment packages of functions: reproducible zip files, the same on every machine.

Lambda identifies a function's code by the SHA-256 of its zip. A date, file mode, order, or compressor that differs
between machines would deploy every function again without a change. Therefore names are sorted, dates and modes are
fixed, and files are not compressed, since releases of zlib write different bytes. Wheels are unpacked, not installed:
an installer adds its own name, paths, and bytecode.
"""

import base64
import hashlib
import io
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

Architecture = Literal["arm64", "x86_64"]
Runtime = Literal["python3.12", "python3.13"]

LOCK = "requirements.lock"
HANDLER = "handler.py"
#: [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): maximum size of a zip that
#: is uploaded with the request, as Terraform does.
ZIP_LIMIT = 50 * 1024**2
#: Increased when the same input must give other bytes; existing packages are then no longer found.
_FORMAT = 1
#: The earliest date that a zip can contain.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = stat.S_IFREG | 0o644
#: The code of a function whose releases come from elsewhere, until the first one. An error, since Lambda and its event
#: sources then keep and retry what they would have processed.
_PLACEHOLDER = """\
def {function}(event, context):
    raise RuntimeError("no code was released yet; run: python -m ops release-function {label} --env {environment}")
"""
#: Files in a function's folder that are not deployed.
_NOT_DEPLOYED = {"requirements.txt", LOCK, "README.md", "__pycache__", "tests"}


class PackagingError(Exception):
    """A function cannot be packaged, or its package is missing; the message contains the remedy."""


@dataclass(frozen=True)
class Target:
    """The runtime and architecture of a package."""

    runtime: Runtime = "python3.13"
    architecture: Architecture = "arm64"

    @property
    def python(self) -> str:
        """The Python version: `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The wheel platforms that run there, newest first.

        [Lambda runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html): these runtimes use Amazon
        Linux 2023, whose C library is glibc 2.34.
        """
        machine = {"arm64": "aarch64", "x86_64": "x86_64"}[self.architecture]
        return (*(f"manylinux_2_{minor}_{machine}" for minor in range(34, 16, -1)), f"manylinux2014_{machine}")


@dataclass(frozen=True)
class Packages:
    """The folder of the functions' sources, and the folder of their packages."""

    sources: Path
    built: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Packages":
        """Return the folders that LAMBDAS and GROUNDWORK_BUILD name; by default `lambdas` and `build`."""
        build = Path(environment.get("GROUNDWORK_BUILD") or "build")
        return cls(Path(environment.get("LAMBDAS") or "lambdas"), build / "functions")

    def path(self, code: str, target: Target) -> Path:
        """Return the path of the package, whose name depends on its input."""
        name = f"{code}-{target.runtime}-{target.architecture}-{digest(self.sources / code, target)}.zip"
        return self.built / name

    def find(self, code: str, target: Target) -> Path:
        """Return the package. Raises PackagingError if the current sources have not been built."""
        path = self.path(code, target)
        if not path.is_file():
            raise PackagingError(
                f"lambdas/{code} has not been built for {target.runtime} on {target.architecture} since it changed; "
                "run `.venv/bin/python -m ops build`"
            )
        return path

    def placeholder(self, label: str, handler: str, environment: str) -> Path:
        """Return the package of a function without a release, which raises an error; create it if it is missing.

        `handler` is its handler in Lambda, `label` the name of the block, for the error message.
        """
        module, _, function = handler.rpartition(".")
        name = f"{module.replace('.', '/')}.py"
        content = write_zip(
            {name: _PLACEHOLDER.format(function=function, label=label, environment=environment).encode()}
        )
        path = self.built / f"placeholder-{hashlib.sha256(content).hexdigest()[:16]}.zip"
        if not path.is_file():
            write_package(path, content)
        return path


def write_package(path: Path, content: bytes) -> None:
    """Write a package atomically: other processes see the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)


def is_function(folder: Path) -> bool:
    """Return whether the folder holds a function's code."""
    return (folder / HANDLER).is_file()


def sources(folder: Path) -> dict[str, bytes]:
    """Return the files of a function's folder that are deployed, by their names in the zip, which include the folder.

    Raises PackagingError if the folder does not contain a function.
    """
    if not is_function(folder):
        raise PackagingError(
            f"{folder.name} is not a function: there is no lambdas/{folder.name}/{HANDLER}; "
            "write one with `def handler(event, context)`, or name another folder with `code`"
        )
    if folder.name in sys.stdlib_module_names:
        raise PackagingError(f"lambdas/{folder.name} has the name of a Python standard module; rename the folder")
    return {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _is_deployed(path.relative_to(folder))
    }


def digest(folder: Path, target: Target) -> str:
    """Return sixteen hexadecimal digits that depend on everything that determines the package's bytes."""
    hashed = hashlib.sha256(f"{_FORMAT} {target.runtime} {target.architecture}".encode())
    lock = folder / LOCK
    locked = {LOCK: lock.read_bytes()} if lock.is_file() else {}
    for name, content in sorted({**sources(folder), **locked}.items()):
        hashed.update(f"\0{name}\0{len(content)}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()[:16]


def pack(function: Mapping[str, bytes], wheels: Iterable[Path]) -> bytes:
    """Return the zip of a function's own files and the files of its wheels.

    Raises PackagingError if two files with one name differ, or if the zip exceeds Lambda's limit.
    """
    files = dict(function)
    for wheel in wheels:
        for name, content in unpacked(wheel).items():
            if files.setdefault(name, content) != content:
                raise PackagingError(
                    f"{name} is in {wheel.name} and elsewhere in the function; rename the function's file"
                )
    packed = write_zip(files)
    if len(packed) > ZIP_LIMIT:
        raise PackagingError(
            f"the zip has {len(packed) / 1024**2:.0f} MB, and Lambda accepts {ZIP_LIMIT // 1024**2} MB; "
            f"remove from {LOCK} what the function does not need, or split the function"
        )
    return packed


def unpacked(wheel: Path) -> dict[str, bytes]:
    """Return the wheel's files by their paths after installation, without its scripts and bytecode."""
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = _installed(PurePosixPath(name))
            if place and not name.endswith("/"):
                files[place.as_posix()] = archive.read(name)
    return files


def code_hash(package: Path) -> str:
    """Return the package's SHA-256 in base64, as Lambda returns it ([GetFunction, CodeSha256]
    (https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html)).
    """
    return base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """Return a zip whose bytes depend only on the names and contents of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, on every system, so that the mode is read as a Unix mode.
            entry.external_attr = _MODE << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _is_deployed(path: Path) -> bool:
    return not any(part in _NOT_DEPLOYED or part.startswith(".") for part in path.parts) and path.suffix != ".pyc"


def _installed(path: PurePosixPath) -> PurePosixPath | None:
    """Return where a wheel's file is installed ([Binary distribution format]
    (https://packaging.python.org/en/latest/specifications/binary-distribution-format/)), or None if no function uses
    it.
    """
    if path.suffix == ".pyc":
        return None
    if path.parts[0].endswith(".data"):
        return PurePosixPath(*path.parts[2:]) if path.parts[1] in ("purelib", "platlib") else None
    return path
