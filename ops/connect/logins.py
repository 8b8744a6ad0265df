"""Logins of databases and caches, in files that only this user can read and that are deleted with the session."""

import json
import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.session import get_session
from botocore.signers import RequestSigner

#: Seconds. Tokens of RDS and ElastiCache are valid for 15 minutes ([IAM database authentication for MariaDB, MySQL, and
#: PostgreSQL](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html), [Authenticating with
#: IAM](https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html)), for new connections only.
TOKEN_SECONDS = 900


@contextmanager
def private_folder() -> Iterator[Path]:
    """Return a new folder for secrets that no other user can read, in memory where the system has such a place."""
    with tempfile.TemporaryDirectory(prefix="connect-", dir=os.environ.get("XDG_RUNTIME_DIR") or None) as folder:
        yield Path(folder)


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 600; an existing one is replaced at once, so that clients never read half of it."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(0o600, exist_ok=False)
    new.write_text(text)
    new.replace(path)


def secret_login(secretsmanager: Any, secret: str) -> tuple[str, str]:
    """Return the user and the password in a secret."""
    value = json.loads(secretsmanager.get_secret_value(SecretId=secret)["SecretString"])
    return str(value["username"]), str(value["password"])


def cache_token(session: Any, region: str, cache_id: str, user: str) -> str:
    """Return the password for a user of a cache who logs in by IAM ("Authenticating with IAM").

    It is a signed request without its scheme.
    """
    signer = RequestSigner(
        get_session().get_service_model("elasticache").service_id,
        region, "elasticache", "v4", session.get_credentials(), session.events,
    )  # fmt: skip
    url = f"http://{cache_id}/?Action=connect&User={user}"
    request = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
    signed = signer.generate_presigned_url(
        request, operation_name="connect", expires_in=TOKEN_SECONDS, region_name=region
    )
    return str(signed).removeprefix("http://")


@dataclass(frozen=True)
class PostgresClient:
    """psql, with a password file."""

    endpoint: str
    port: int
    database: str
    ca_bundle: Path | None

    def login(self, user: str, password: str) -> str:
        """Return the content of the password file ([PostgreSQL, The Password File]
        (https://www.postgresql.org/docs/current/libpq-pgpass.html)).
        """
        escaped = (each.replace("\\", "\\\\").replace(":", "\\:") for each in (user, password))
        return f"*:{self.port}:*:{':'.join(escaped)}\n"

    def command(self, login: Path, user: str) -> str:
        """Return the command. `host` is the name in the certificate, and `hostaddr` the address of the connection."""
        tls = f"sslmode=verify-full sslrootcert={self.ca_bundle}" if self.ca_bundle else "sslmode=require"
        words = f"host={self.endpoint} hostaddr=127.0.0.1 port={self.port} dbname={self.database} user={user} {tls}"
        return f"PGPASSFILE={shlex.quote(str(login))} psql {shlex.quote(words)}"


@dataclass(frozen=True)
class MysqlClient:
    """mysql or mariadb, with an option file."""

    port: int
    database: str
    ca_bundle: Path | None

    def login(self, user: str, password: str) -> str:
        """Return the content of the option file ([MySQL, Using Option Files]
        (https://dev.mysql.com/doc/refman/8.4/en/option-files.html)).

        A client ignores an unknown option that begins with `loose-`: the clients of MySQL and MariaDB differ. IAM
        tokens are sent as they are, inside TLS.
        """
        quoted = '"' + password.replace("\\", "\\\\").replace('"', '\\"') + '"'
        mode = "VERIFY_CA" if self.ca_bundle else "REQUIRED"
        lines = [
            "[client]", "host=127.0.0.1", f"port={self.port}", f"user={user}", f"password={quoted}",
            f"loose-ssl-mode={mode}", "loose-ssl", "loose-enable-cleartext-plugin",
            *([f"ssl-ca={self.ca_bundle}"] if self.ca_bundle else []),
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def command(self, login: Path, _: str) -> str:
        """Return the command."""
        return f"mysql --defaults-extra-file={shlex.quote(str(login))} {self.database}"


def cache_command(program: str, *, host: str, port: int, tls: bool, user: str | None, login: Path) -> str:
    """Return the command for a cache. The certificate names `host`, which the client sends and does not compare."""
    words = [program, "-h", "127.0.0.1", "-p", str(port), *(["--tls", "--sni", host] if tls else [])]
    if user is None:
        return shlex.join(words)
    return f'REDISCLI_AUTH="$(cat {shlex.quote(str(login))})" {shlex.join([*words, "--user", user])}'


def kubeconfig(*, name: str, endpoint: str, certificate: str, port: int, region: str) -> str:
    """Return a kubeconfig for a cluster behind a local port, in JSON, which is YAML.

    The certificate of the API server names its endpoint, which `tls-server-name` compares. `aws eks get-token` gets a
    token for the caller, so the file has no secret.
    """
    profile = os.environ.get("AWS_PROFILE")
    get_token = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
        "env": [{"name": "AWS_PROFILE", "value": profile}] if profile else None,
        "interactiveMode": "Never",
    }
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "tls-server-name": endpoint.removeprefix("https://"),
        "certificate-authority-data": certificate,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"exec": get_token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        indent=2,
    )
