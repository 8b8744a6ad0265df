"""Verifiers of passwords for PostgreSQL.

A statement with a verifier instead of the password keeps the password out of the server's log, which contains all
statements that change users (`log_statement = ddl`).
"""

import base64
import hashlib
import hmac
import os

#: The server's default, scram_iterations.
ITERATIONS = 4096
_SALT_BYTES = 16


def verifier(password: str, salt: bytes | None = None) -> str:
    """Return the SCRAM-SHA-256 verifier of a password in ASCII.

    [PostgreSQL, pg_authid](https://www.postgresql.org/docs/current/catalog-pg-authid.html) has its form, and
    [RFC 5802](https://www.rfc-editor.org/rfc/rfc5802#section-3) the keys.
    """
    salt = salt or os.urandom(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = hashlib.sha256(client_key).digest(), hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
