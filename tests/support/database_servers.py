"""PostgreSQL and MariaDB on loopback, with TLS, as a test's own processes.

The programs are those of this machine. On Debian, if it has none, their packages are unpacked in build/, which changes
nothing outside of that folder and needs no rights.
"""

import datetime
import fcntl
import functools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ops.workspace import PROJECT
from tests.support.debian import unpack

HOST = "localhost"
#: The servers do not run as root.
UNPRIVILEGED = "nobody"
UNPACKED = PROJECT / "build" / "database-servers"
#: Debian's packages, and where they have their programs.
PACKAGES = {"postgres": "postgresql", "mariadbd": "mariadb-server"}
_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/sbin", "usr/bin")
START_SECONDS = 60
#: In the logs of PostgreSQL and MariaDB.
READY = ("database system is ready to accept connections", "ready for connections")


class ServerError(Exception):
    """A server is missing, or does not start."""


@dataclass(frozen=True)
class Server:
    """A server that runs, and the file with the certificate authority of its certificate."""

    port: int
    socket: Path
    authority: Path


@dataclass(frozen=True)
class Programs:
    """The programs of a server, and the variables with which they find their libraries."""

    folders: Sequence[Path]
    share: Path
    environment: Mapping[str, str]

    def path(self, name: str) -> str:
        """Return the path of a program. Raises ServerError."""
        found = shutil.which(name, path=os.pathsep.join(map(str, self.folders)))
        if not found:
            raise ServerError(f"{name} is missing, although its server was found")
        return found

    def run(self, *command: str, **options: Any) -> None:
        """Run a program to its end as the user of the servers. Raises ServerError with its output."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, **_unprivileged(), **options
        )
        if done.returncode:
            raise ServerError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def postgres() -> Iterator[Server]:
    """Run PostgreSQL; its superuser `postgres` logs in at its socket without a password."""
    with _folder() as folder, _postgres(folder) as server:
        yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    """Run MariaDB; its superuser `root` logs in at its socket without a password."""
    with _folder() as folder, _mariadb(folder) as server:
        yield server


@contextmanager
def _postgres(folder: Path) -> Iterator[Server]:
    programs, data, port = programs_of("postgres"), folder / "data", _free_port()
    authority = _write_certificates(folder)
    programs.run(programs.path("initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", cwd=folder)
    (data / "pg_hba.conf").write_text("local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "ssl": "on",
        "ssl_cert_file": str(folder / "server.pem"),
        "ssl_key_file": str(folder / "server.key"),
        "log_statement": "ddl",
        "fsync": "off",
    }
    command = [programs.path("postgres"), "-D", str(data)]
    command += [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    server = Server(port, folder / f".s.PGSQL.{port}", authority)
    with _running(command, programs, folder, server):
        yield server


@contextmanager
def _mariadb(folder: Path) -> Iterator[Server]:
    programs, data, port = programs_of("mariadbd"), folder / "data", _free_port()
    authority = _write_certificates(folder)
    where = ["--no-defaults", f"--datadir={data}", f"--lc-messages-dir={programs.share}/mysql"]
    install = [programs.path("mariadb-install-db"), *where[:2], f"--basedir={programs.share.parent}"]
    programs.run(*install, "--auth-root-authentication-method=normal", "--skip-test-db", cwd=folder)
    server = Server(port, folder / "mariadb.sock", authority)
    command = [programs.path("mariadbd"), *where, f"--port={port}", "--bind-address=127.0.0.1"]
    command += [f"--socket={server.socket}", f"--pid-file={folder}/pid", "--skip-log-bin"]
    command += [f"--ssl-ca={authority}", f"--ssl-cert={folder}/server.pem", f"--ssl-key={folder}/server.key"]
    with _running(command, programs, folder, server):
        yield server


@functools.cache
def programs_of(server: str) -> Programs:
    """Return the programs of this machine, or those of the unpacked package. Raises ServerError."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _found(server)
        if not found:
            unpack(PACKAGES[server], UNPACKED)
            found = _found(server)
    if not found:
        raise ServerError(f"{PACKAGES[server]} has no {server}")
    return found


def _found(server: str) -> Programs | None:
    for root in (Path("/"), UNPACKED / PACKAGES[server]):
        folders = [path for folder in _FOLDERS for path in root.glob(folder)]
        if shutil.which(server, path=os.pathsep.join(map(str, folders))):
            return _programs(root, folders)
    path = shutil.which(server)
    if path:
        folder = Path(path).resolve().parent
        return _programs(folder.parent, [folder], share=folder.parent / "share")
    return None


def _programs(root: Path, folders: Sequence[Path], share: Path | None = None) -> Programs:
    libraries = [*root.glob("usr/lib/*-linux-gnu"), *root.glob("usr/lib/*-linux-gnu/*")] if root != Path("/") else []
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries))}
    if not libraries:
        del environment["LD_LIBRARY_PATH"]
    return Programs(folders, share or root / "usr" / "share", environment)


@contextmanager
def _running(command: Sequence[str], programs: Programs, folder: Path, server: Server) -> Iterator[None]:
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=programs.environment, cwd=folder, stdout=output, stderr=output, **_unprivileged()
        )
    try:
        _wait(log, lambda: process.poll() is not None)
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait(log: Path, ended: Callable[[], bool]) -> None:
    """Wait until the server says that it is ready; it listens before that."""
    deadline = time.monotonic() + START_SECONDS
    while not any(text in log.read_text() for text in READY):
        if ended() or time.monotonic() > deadline:
            raise ServerError(f"the server does not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        return int(connection.getsockname()[1])


def _unprivileged() -> dict[str, Any]:
    return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that the servers can use; those of pytest are closed to other users than root."""
    with tempfile.TemporaryDirectory(prefix="groundwork-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, UNPRIVILEGED, "nogroup")
        yield Path(name)


def _write_certificates(folder: Path) -> Path:
    """Write a certificate authority, and a certificate of `localhost` with its key; return the authority's file."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    _write(folder / "ca.pem", _signed(authority, authority_key, authority, authority_key, None))
    _write(folder / "server.pem", _signed(server, key, authority, authority_key, names))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(private)
    (folder / "server.key").chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(folder / "server.key", UNPRIVILEGED, "nogroup")
    return folder / "ca.pem"


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    names: x509.SubjectAlternativeName | None,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
