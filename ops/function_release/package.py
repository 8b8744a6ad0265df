"""The zip of a release: what Lambda would reject, or would only notice when the function is invoked.

Limits: [Lambda quotas, Function configuration, deployment, and execution]
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
"""

import base64
import hashlib
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modules.events.function.packaging import ZIP_LIMIT
from ops.errors import ExitCode, OpsError
from ops.function_release.function import ReleasedFunction

#: Bytes of all files together, after extraction.
EXTRACTED_LIMIT = 250 * 1024**2
#: The value of `e_machine` in the header of an ELF file ([ELF Header]
#: (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html)), by architecture.
_MACHINES = {62: "x86_64", 183: "arm64"}
#: The tag of a module that was compiled for one version of CPython ([PEP 3149](https://peps.python.org/pep-3149/)).
_CPYTHON = re.compile(r"\.cpython-(\d)(\d+)-")
#: Names in a message.
_SHOWN = 3


@dataclass(frozen=True)
class Package:
    """A zip that fits its function."""

    content: bytes

    @property
    def sha256(self) -> str:
        """The hash as Lambda returns it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


def read_package(path: Path, function: ReleasedFunction) -> Package:
    """Return the zip. Raises OpsError with everything that is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OpsError(
            f"{path}: cannot be read: {error.strerror}; name a zip with --package", ExitCode.REFUSED
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            problems = list(_problems(archive, len(content), function))
    except zipfile.BadZipFile:
        problems = ["is not a zip; create one from the contents of a folder: (cd dist && zip -r ../dist.zip .)"]
    if problems:
        raise OpsError("\n".join(f"{path}: {each}" for each in problems), ExitCode.REFUSED)
    return Package(content)


def _problems(archive: zipfile.ZipFile, size: int, function: ReleasedFunction) -> Iterator[str]:
    files = [each for each in archive.infolist() if not each.is_dir()]
    extracted = sum(each.file_size for each in files)
    if size > ZIP_LIMIT:
        yield (
            f"has {size / 1024**2:.0f} MB, and Lambda accepts {ZIP_LIMIT // 1024**2} MB in a request; remove what the "
            "function does not need (boto3 is in the runtime), or split it"
        )
    if extracted > EXTRACTED_LIMIT:
        yield (
            f"has {extracted / 1024**2:.0f} MB after extraction, and Lambda accepts {EXTRACTED_LIMIT // 1024**2} MB; "
            "remove what the function does not need, or split it"
        )
    yield from _handler_problems({each.filename for each in files}, function)
    # Created on Unix, where the mode says who may read: Lambda runs the code as another user than the owner.
    hidden = [each.filename for each in files if each.create_system == 3 and _is_hidden(each.external_attr >> 16)]
    if hidden:
        yield (
            f"{_listed(hidden)}: not readable by everybody, so Lambda could not import it; run chmod -R a+rX on the "
            "folder, and create the zip again"
        )
    yield from _compiled_problems(archive, files, function)


def _is_hidden(mode: int) -> bool:
    return bool(mode) and not mode & stat.S_IROTH


def _handler_problems(names: set[str], function: ReleasedFunction) -> Iterator[str]:
    module = function.handler.rpartition(".")[0].replace(".", "/")
    wanted = (f"{module}.py", f"{module}/__init__.py")
    if not names.isdisjoint(wanted):
        return
    nested = sorted(name for name in names if name.endswith(tuple(f"/{each}" for each in wanted)))
    remedy = (
        f"it has {nested[0]}: zip the contents of the folder, not the folder"
        if nested
        else f"add it, or correct function.{function.label}.handler and deploy"
    )
    yield f"lacks {wanted[0]}, the module of the handler {function.handler}; {remedy}"


def _compiled_problems(
    archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], function: ReleasedFunction
) -> Iterator[str]:
    settings = function.settings
    compiled = [each.filename for each in files if each.filename.endswith(".so") or ".so." in each.filename]
    machines = {name: _machine(archive, name) for name in compiled}
    other = [name for name, machine in machines.items() if machine not in (None, settings.architecture)]
    if other:
        yield (
            f"{_listed(other)}: compiled for {machines[other[0]]}, and function.{function.label}.architecture is "
            f"{settings.architecture}; install the packages with pip's --platform {settings.target.platforms[-1]} "
            "--only-binary=:all:"
        )
    versions = {name: f"python{match[1]}.{match[2]}" for name in compiled if (match := _CPYTHON.search(name))}
    old = [name for name, version in versions.items() if version != settings.runtime]
    if old:
        yield (
            f"{_listed(old)}: compiled for {versions[old[0]]}, and function.{function.label}.runtime is "
            f"{settings.runtime}; install the packages with pip's --python-version {settings.target.python}"
        )


def _machine(archive: zipfile.ZipFile, name: str) -> str | None:
    """Return the architecture of an ELF file; None if it is no ELF file, or for another machine."""
    with archive.open(name) as file:
        header = file.read(20)
    if not header.startswith(b"\x7fELF"):
        return None
    number = int.from_bytes(header[18:20], "little")
    return _MACHINES.get(number, f"machine {number}")


def _listed(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", and {more} more" if more > 0 else "")
