"""Private keys of users, which are created here and never leave this machine, and requests for their certificates."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ops.errors import ExitCode, OpsError


@dataclass(frozen=True)
class KeyPair:
    """A private key, and a request for a certificate, both PEM."""

    key: str
    request: str


def create(user: str) -> KeyPair:
    """Return a new key on the curve P-384, and a request with the user's name."""
    key = ec.generate_private_key(ec.SECP384R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA384())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode(), request.public_bytes(serialization.Encoding.PEM).decode())


def read_request(path: Path, user: str) -> str:
    """Return the request in a file, as PEM. Raises OpsError if it is none, or is for another name."""
    try:
        request = x509.load_pem_x509_csr(path.read_bytes())
    except (OSError, ValueError) as error:
        raise OpsError(f"{path} is not a certificate request: {error}; {_how(user)}", ExitCode.REFUSED) from None
    names = [str(each.value) for each in request.subject]
    if names != [user] or not request.is_signature_valid:
        raise OpsError(f"{path} is a request for {', '.join(names) or 'nobody'}; {_how(user)}", ExitCode.REFUSED)
    return request.public_bytes(serialization.Encoding.PEM).decode()


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read. Raises OpsError if it exists."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        raise OpsError(f"{path} exists; remove it, or name another file with --output", ExitCode.REFUSED) from None
    except OSError as error:
        raise OpsError(f"{path} cannot be written: {error.strerror}", ExitCode.REFUSED) from None


def _how(user: str) -> str:
    return f"the user creates one with `.venv/bin/python -m ops vpn user request {user}`"
