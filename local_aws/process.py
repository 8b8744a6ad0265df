"""The server process: how it is started, found, and stopped, and the environment in which a process reaches only it.

The server runs detached, in its own session: it outlives the command that started it, and Ctrl-C in that command's
terminal does not reach it. `local-aws.json` in its folder records the process. A PID alone proves nothing after a
reboot, so the record also contains the start time of the process, and a server counts as found only if it responds
with its own PID.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
HEALTH_PATH = "/_groundwork/health"
RECORD_NAME = "local-aws.json"
LOG_NAME = "local-aws.log"
LOCK_NAME = "local-aws.lock"

# Moto's import takes one to three seconds on an idle machine; a loaded CI runner may need many times that.
START_SECONDS = 90.0
# The server stops within a fraction of a second; one that takes longer hangs and is killed.
STOP_SECONDS = 10.0

_PROJECT = Path(__file__).resolve().parent.parent
_LOG_TAIL_LINES = 20

# Variables with which an SDK finds credentials or another endpoint. All have this prefix, so that variables of future
# SDKs are dropped too.
_AWS_PREFIX = "AWS_"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class LocalAwsError(Exception):
    """The embedded AWS did not start or did not stop; the message is shown to the user."""


@dataclass(frozen=True)
class LocalAws:
    """A running embedded AWS."""

    pid: int
    port: int
    started: str
    """The start time of the process in the operating system's format; only compared, never parsed."""
    log: Path

    @property
    def packages_for_here(self) -> Path:
        """The folder of the functions' packages for this machine."""
        return packages_for_here(self.log.parent)

    @property
    def endpoint(self) -> str:
        """The address for AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    def environment(self, base: Mapping[str, str], *, sealed: bool = False) -> dict[str, str]:
        """Return `base` changed so that a child process reaches the embedded AWS and never the real one.

        Every AWS_* variable of `base` is dropped (profiles, session tokens, web identities, endpoints of single
        services, certificate bundles), and the shared files are replaced by an empty one. No region is set; the caller
        sets it.

        The server is the proxy for plain HTTP, since S3 Control puts the account ID before the host
        (`123456789012.127.0.0.1`), a name that cannot be resolved. HTTPS uses the proxy of `base`: `terraform init` may
        need the registry. With `sealed`, the server is the proxy for HTTPS as well, and rejects it: then nothing leaves
        the machine by HTTP or HTTPS.
        """
        kept = {
            name: value
            for name, value in base.items()
            if not name.upper().startswith(_AWS_PREFIX) and not _is_replaced_proxy(name, sealed)
        }
        kept |= {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "local-aws",
            "AWS_SECRET_ACCESS_KEY": "local-aws",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CHECKPOINT_DISABLE": "1",
        }
        for name in ("http_proxy", "https_proxy") if sealed else ("http_proxy",):
            # Some programs read one spelling and some the other.
            kept[name] = kept[name.upper()] = self.endpoint
        return kept


def start(folder: Path, *, requests: Path | None = None) -> LocalAws:
    """Start the embedded AWS of `folder`, or return the one that is already running there.

    With `requests`, a new server appends every request that it receives to that file (see `recording`).

    Raises:
        LocalAwsError: the server exited or did not respond in time; the message contains the end of its log.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        running = find(folder)
        if running is not None:
            return running
        _end_recorded(folder)
        return _start(folder, requests)


def find(folder: Path) -> LocalAws | None:
    """Return the embedded AWS of `folder` if it is running and responds, otherwise None."""
    recorded = _read_record(folder)
    if recorded is None or process_started(recorded.pid) != recorded.started:
        return None
    return recorded if _answering_pid(recorded.port) == recorded.pid else None


def stop(folder: Path) -> bool:
    """Stop the embedded AWS of `folder`; return whether one was running.

    Raises:
        LocalAwsError: the process is still running after SIGKILL.
    """
    if not folder.is_dir():
        return False
    with _locked(folder):
        return _end_recorded(folder)


def packages_for_here(folder: Path) -> Path:
    """Return the folder in which the embedded AWS of `folder` finds functions' packages for this machine.

    Each is named after the SHA-256 of the deployed package that it replaces.
    """
    return folder / "functions"


def process_started(pid: int) -> str | None:
    """Return the start time of process `pid`, suitable only for comparison; None if there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The second field is the command in parentheses and may contain anything, so count from its end.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        state, start_ticks = fields[0], fields[19]
        return None if state in "ZX" else start_ticks
    listed = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    ).stdout.split(maxsplit=1)
    return None if len(listed) < 2 or listed[0].startswith("Z") else listed[1].strip()


def write_record(record: Path, pid: int, port: int) -> None:
    """Write which process serves on `port`; a reader sees either the old record or the new one.

    The server itself calls this once it listens, so that even an interrupted start leaves a server that `stop` finds.
    """
    started = process_started(pid) or ""
    new = record.with_suffix(".new")
    new.write_text(json.dumps({"pid": pid, "port": port, "started": started}) + "\n")
    new.replace(record)


def _start(folder: Path, requests: Path | None) -> LocalAws:
    log = folder / LOG_NAME
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith((_AWS_PREFIX, "MOTO_")) and name.lower() not in _PROXIES
    }
    environment |= {"PYTHONPATH": str(_PROJECT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "local_aws.server", "--port", "0", "--record", str(folder / RECORD_NAME)]
    command += ["--requests", str(requests.resolve())] if requests else []
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _await_health(folder, server)
    except BaseException:
        # Also for KeyboardInterrupt: a server whose start was interrupted must not keep running.
        server.kill()
        server.wait()
        (folder / RECORD_NAME).unlink(missing_ok=True)
        raise


def _await_health(folder: Path, server: "subprocess.Popen[bytes]") -> LocalAws:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise LocalAwsError(_failure(folder, f"exited at its start with exit code {server.returncode}"))
        running = find(folder)
        if running is not None and running.pid == server.pid:
            return running
        time.sleep(0.05)
    raise LocalAwsError(_failure(folder, f"did not respond within {START_SECONDS:.0f} seconds"))


def _failure(folder: Path, event: str) -> str:
    log = folder / LOG_NAME
    tail = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:] if log.exists() else []
    shown = "\n".join(f"    {line}" for line in tail) or "    (empty)"
    return f"the embedded AWS {event}. The end of its log, {log}:\n{shown}"


def _end_recorded(folder: Path) -> bool:
    """Stop the recorded process if it is still the same one, and delete the record."""
    recorded = _read_record(folder)
    ended = recorded is not None and _end(recorded)
    (folder / RECORD_NAME).unlink(missing_ok=True)
    return ended


def _end(recorded: LocalAws) -> bool:
    if process_started(recorded.pid) != recorded.started:
        return False
    for end in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(recorded.pid, end)
        except ProcessLookupError:
            return True
        except PermissionError:
            raise LocalAwsError(
                f"the embedded AWS, process {recorded.pid}, belongs to another user, who has to stop it"
            ) from None
        if _has_exited(recorded):
            return True
    raise LocalAwsError(f"the embedded AWS, process {recorded.pid}, does not exit even after SIGKILL")


def _has_exited(recorded: LocalAws) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        # Reap it if it is a child of this process; otherwise it would remain a zombie.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(recorded.pid, os.WNOHANG)
        if process_started(recorded.pid) != recorded.started:
            return True
        time.sleep(0.02)
    return False


def _read_record(folder: Path) -> LocalAws | None:
    try:
        record = json.loads((folder / RECORD_NAME).read_text())
        return LocalAws(
            pid=int(record["pid"]),
            port=int(record["port"]),
            started=str(record["started"]),
            log=folder / LOG_NAME,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _answering_pid(port: int) -> int | None:
    """Ask the server on `port` for its PID; http.client, so that no proxy of the shell is used."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", HEALTH_PATH)
        answer = json.loads(connection.getresponse().read())
        return int(answer["pid"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of `folder`."""
    with (folder / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_replaced_proxy(name: str, sealed: bool) -> bool:
    replaced = _PROXIES if sealed else ("http_proxy", "no_proxy")
    return name.lower() in replaced


if __name__ == "__main__":
    # Called by `make clean`, which knows only the folder.
    stop(Path(sys.argv[1]))
