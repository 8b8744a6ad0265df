"""The zip of a release: each reason for which Lambda could not run it is named, with what to do."""

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.function_release import package as package_module
from ops.function_release.function import ReleasedFunction, released_function
from ops.function_release.package import read_package
from tests.ops.function_release.conftest import code, zipped

X86, ARM = 62, 183


def elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(12) + struct.pack("<HH", 3, machine)


@pytest.fixture(scope="module")
def orders(file: EnvironmentFile) -> ReleasedFunction:
    return released_function(file, "orders")


def problem(path: Path, orders: ReleasedFunction, files: dict[str, Any] | None = None) -> str:
    if files is not None:
        zipped(path, files)
    with pytest.raises(OpsError) as refused:
        read_package(path, orders)
    assert refused.value.code == ExitCode.REFUSED
    return str(refused.value).replace(f"{path}: ", "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dist.zip"


def test_package_with_the_handler_is_read(path: Path, orders: ReleasedFunction) -> None:
    modules = {"x.cpython-313-aarch64-linux-gnu.so": elf(ARM), "data.so": b"no ELF file"}
    assert read_package(zipped(path, {**code("1"), **modules}), orders).content == path.read_bytes()
    assert len(read_package(zipped(path, {"orders/app/__init__.py": ""}), orders).sha256) == 44


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"app.py": ""}, "lacks orders/app.py, the module of the handler orders/app.handler; add it, or correct "
         "function.orders.handler and deploy"),
        ({"dist/orders/app.py": ""}, "lacks orders/app.py, the module of the handler orders/app.handler; it has "
         "dist/orders/app.py: zip the contents of the folder, not the folder"),
        ({**code("1"), "a.so": elf(X86)}, "a.so: compiled for x86_64, and function.orders.architecture is arm64; "
         "install the packages with pip's --platform manylinux2014_aarch64 --only-binary=:all:"),
        ({**code("1"), "a.cpython-312-x.so": elf(ARM)}, "a.cpython-312-x.so: compiled for python3.12, and "
         "function.orders.runtime is python3.13; install the packages with pip's --python-version 3.13"),
    ],
)  # fmt: skip
def test_code_that_lambda_could_not_run_is_refused(
    path: Path, orders: ReleasedFunction, files: dict[str, Any], message: str
) -> None:
    assert problem(path, orders, files) == message


def test_file_that_only_its_owner_may_read_is_refused(path: Path, orders: ReleasedFunction) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("orders/app.py")
        entry.create_system, entry.external_attr = 3, 0o600 << 16
        archive.writestr(entry, "")
    assert problem(path, orders).startswith("orders/app.py: not readable by everybody")


def test_missing_file_and_other_files_are_refused(path: Path, orders: ReleasedFunction) -> None:
    assert problem(path, orders).startswith("cannot be read: No such file or directory; name a zip with --package")
    path.write_text("no zip")
    assert problem(path, orders).startswith("is not a zip; create one")


def test_too_large_packages_are_refused_with_all_problems(
    path: Path, orders: ReleasedFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_module, "ZIP_LIMIT", 100)
    monkeypatch.setattr(package_module, "EXTRACTED_LIMIT", 10)
    found = problem(path, orders, {"app.py": "x" * 20}).splitlines()
    assert [each.partition(",")[0] for each in found] == [
        "has 0 MB", "has 0 MB after extraction", "lacks orders/app.py"
    ]  # fmt: skip
