"""Secrets pasted into an environment file: found line by line, in comments too, and never printed.

A repository keeps everything that was ever committed, for everyone who can read it. The text is searched for patterns
of secrets before any other check, since other problems quote the value.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from modules.foundation.problems import Problem
from modules.hcl.files import read_bytes

#: Names of secrets inside a longer text.
_WORDS = (
    "password|passwd|pwd|passphrase|client_?secret|secret_?key|api_?key|account_?key|access_?key|auth_?token"
    "|access_?token"
)
#: Formats of secrets; many issuers give theirs a prefix so that they can be found.
FORMATS = {
    # [IAM User Guide, IAM identifiers, Unique identifiers]
    # (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids): AKIA for
    # long-term keys, ASIA for temporary ones.
    "an AWS access key id": re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
    "a private key": re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY"),
    "a Slack webhook": re.compile(r"hooks\.slack(-gov)?\.com/(services|workflows|triggers)/", re.IGNORECASE),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a GitHub token": re.compile(r"\b(gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
    "a GitLab token": re.compile(r"\bgl(pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{16,}"),
    "a Google API key": re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,500}\.eyJ[A-Za-z0-9_-]{8,4000}\."),
    # [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) and [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617).
    "an Authorization header": re.compile(r"\b(Bearer [\w.~+/-]{16,}|Basic [A-Za-z0-9+/]{12,})", re.IGNORECASE),
    # Go's "user:password@tcp(host)/name", and the same without its scheme.
    "a login with a password": re.compile(r"\"[\w.-]{1,63}:[^\s:/@\"]{3,}@(tcp\(|[\w.-]+(:\d+)?/)"),
    "a URL with a password": re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s/:@\"]*:[^\s/@\"]+@", re.IGNORECASE),
    # A Sentry DSN: the part before the @ is too long for a user name.
    "a URL with a key": re.compile(
        r"[a-z][a-z0-9+.-]{0,30}://[\w-]{16,}@|[?&](token|key|secret|sig|signature)=[^\s&\"]{8,}", re.IGNORECASE
    ),
    # "Server=db;Password=...", "--password=...", "--password", "...", and JSON in a text.
    "a password in a text": re.compile(
        rf"(?:{_WORDS})(?:=|\\\"\s*:\s*\\\")[^\s\"\\;&=]{{3,}}|--(?:{_WORDS})\",\s*\"[^\"]{{3,}}", re.IGNORECASE
    ),
}
#: Keys that always hold a secret.
_SECRET_KEY = re.compile(
    r"(?<![\w-])\"?([\w-]*(password|passwd|passphrase|secret_?value|secret_?string|secret_?key|access_?key|private_?key"
    r"|api_?key|auth_?token|access_?token|webhook_?url))\"?\s*[=:]\s*(\"(?!\")|<<)",
    re.IGNORECASE,
)
#: Environment variables that hold a secret. In lowercase, such a key is Groundwork's and names a `secret` block.
_SECRET_VARIABLE = re.compile(
    r"(?<![\w-])\"?([A-Z0-9_]*(SECRET|TOKEN|CREDENTIALS?|SALT|PEPPER|(SIGNING|ENCRYPTION|MASTER|HMAC|JWT|APP)_KEY|SECRET_KEY_BASE|(?<![A-Z0-9])(PASS|PWD)))\"?"
    r"\s*[=:]\s*(\"(?!\")|<<)"
)
#: Keys that hold a secret inside a `secret` block.
_VALUE_KEY = re.compile(r"(?:^|\{)\s*\"?(value|values|string|content|text|data|token|url)\"?\s*[=:]", re.IGNORECASE)
_SECRET_BLOCK = re.compile(r"^\s*secret\s+\"[^\"]*\"\s*\{")
#: Maps from environment variables to references, and the form of a reference: the name of a `secret` block with an
#: optional JSON key (another check verifies that the block exists, without printing the value), or a parameter's path.
_REFERENCES = re.compile(r"^\s*(secrets|parameters)\s*=\s*\{")
_REFERENCE = {
    "secrets": re.compile(r"[a-z][a-z0-9-]*(:[A-Za-z0-9_.-]+)?"),
    "parameters": re.compile(r"/?[a-z0-9-]+(/[a-z0-9-]+)+"),
}
#: An unclosed string ends at the end of the line, so that the search takes linear time.
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*)(?:\"|\\?$)")
#: An AWS secret access key has 40 of these characters ([IAM User Guide, Manage access keys for IAM users]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html)), most other tokens more than 32.
_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
#: The beginning of an RSA public key's DER in Base64 ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280),
#: SubjectPublicKeyInfo); a private key's differs.
_PUBLIC_RSA = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
#: Bits per character: 40 random letters and digits have 4.6 to 5.1, joined words and names rarely 4.3.
_ENTROPY = 4.4


def pasted_secrets(path: Path) -> Iterator[Problem]:
    """Yield a problem for each line that looks like it contains a secret; the line is not quoted."""
    in_secret, references = False, ""
    # The parser reports bytes that are not UTF-8; here all lines are searched regardless.
    for number, line in enumerate(read_bytes(path).decode(errors="replace").split("\n"), 1):
        in_secret = in_secret or bool(_SECRET_BLOCK.match(line))
        begins = _REFERENCES.match(line)
        references = begins[1] if begins else references
        found = _found(line, in_secret, references)
        # These blocks and maps contain no other, so the next closing brace is their own.
        if line.rstrip().endswith("}"):
            in_secret, references = False, ""
        if found:
            yield Problem(
                path.as_posix(),
                number,
                "the line",
                f"contains what looks like {found}; everyone who can read the file can read the secret",
                f"remove it, replace it at its issuer, and store the new one: {_command(path)}",
            )


def entropy(text: str) -> float:
    """Return the Shannon entropy of the text's characters, in bits per character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _command(path: Path) -> str:
    return f".venv/bin/python -m ops secret set NAME --env {path.stem}"


def _found(line: str, in_secret: bool, references: str) -> str | None:
    """Return which secret the line contains, as a phrase that does not reveal it."""
    for name, pattern in FORMATS.items():
        if pattern.search(line):
            return name
    key = _SECRET_KEY.search(line) or _SECRET_VARIABLE.search(line) or (_VALUE_KEY.search(line) if in_secret else None)
    if key and not (references and all(map(_REFERENCE[references].fullmatch, _QUOTED.findall(line)))):
        return f"a secret's value ({key[1]})"
    if any(_is_random(token) for quoted in _QUOTED.findall(line) for token in _RANDOM.findall(_without_public(quoted))):
        return "a random key or token"
    return None


def _without_public(text: str) -> str:
    """Return the text without long random parts that are not secret: ARNs, digests, public keys."""
    return (
        "" if text.startswith(("arn:aws:", "ssh-", "ecdsa-", _PUBLIC_RSA)) else re.sub(r"sha256:[0-9a-f]{64}", "", text)
    )


def _is_random(token: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(map(kind, token)) for kind in kinds) and entropy(token) >= _ENTROPY
