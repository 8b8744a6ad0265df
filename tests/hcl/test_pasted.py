"""Secrets that are pasted into environment files are reported by line, and not repeated."""

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.hcl.pasted import entropy, pasted_secrets
from tests.support.environments import DEV, only_problem

# None of these is valid. They are concatenated here, so that no scanner reports them.
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
WEBHOOK = "https://hooks." + "slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
SECRETS = {
    KEY_ID: "an AWS access key id",
    SECRET_KEY: "a random key or token",
    WEBHOOK: "a Slack webhook",
    "xoxb" + "-123456789012-abcdefghij": "a Slack token",
    "ghp" + "_" + "a1B2" * 9: "a GitHub token",
    "glpat" + "-" + "a1B2c3D4e5F6g7H8i9J0": "a GitLab token",
    "-----BEGIN RSA " + "PRIVATE KEY-----": "a private key",
    "-----BEGIN " + "PRIVATE KEY-----": "a private key",
    "postgres://agora:hunter2@db.example/agora": "a URL with a password",
    "redis://:hunter2hunter2@cache.example:6379": "a URL with a password",
    "https://" + "0123456789abcdef" * 2 + "@o1.ingest.example/1": "a URL with a key",
    "https://api.example/?token=" + "hunter2hunter2": "a URL with a key",
    "Bearer " + "abcdefgh12345678": "an Authorization header",
    "agora:" + "hunter2@tcp(db.example:3306)/agora": "a login with a password",
    "Server=db.example;Pwd=" + "hunter2": "a password in a text",
    "--client_secret=" + "hunter2": "a password in a text",
    "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc": "a JSON web token",
}


PLACES = ['tags = {{ note = "{}" }}', "# until Monday: {}", 'product = "{}"']
#: In comments, only secrets with the issuer's prefix are detected, because text and digests are long too.
CASES = [
    (secret, name, line)
    for secret, name in SECRETS.items()
    for line in PLACES
    if not (name in ("a random key or token", "a login with a password") and line.startswith("#"))
]


@pytest.mark.parametrize(("secret", "name", "line"), CASES, ids=[f"{name}-{line[:7]}" for _, name, line in CASES])
def test_secret_anywhere_is_found_and_not_repeated(tmp_path: Path, secret: str, name: str, line: str) -> None:
    text = "\n" + line.format(secret) + "\n" + DEV
    problem = only_problem(tmp_path, {"dev": text})
    assert problem.startswith(
        f"dev.hcl:2: the line contains what looks like {name}; everyone who can read the file can read the secret"
    )
    assert "python -m ops secret set NAME --env dev" in problem
    assert secret not in problem
    assert secret[-8:] not in problem


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        'master_password = "hunter2"',
        '"db_password": "hunter2"',
        'secret_access_key = "x"',
        "private_key = <<EOT",
        'webhook_url = "https://example.com/x"',
        'parameters = { auth_token = "hunter2" }',
        'environment = { SESSION_SECRET = "hunter2" }',
        '"SLACK_TOKEN" : "hunter2"',
        'PASSWORD_SALT = "hunter2"',
        'DB_PASS = "hunter2"',
        'JWT_KEY = "hunter2"',
    ],
)
def test_value_of_a_key_for_secrets_is_a_problem(tmp_path: Path, line: str) -> None:
    problem = only_problem(tmp_path, {"dev": f"{DEV}{line}\n"})
    assert problem.startswith("dev.hcl:10: the line contains what looks like a secret's value (")
    assert "hunter2" not in problem


@pytest.mark.parametrize("line", ['value = "x"', 'secret_string = "x"', 'url = "https://example.com"', 'data = "x"'])
def test_value_in_a_secret_block_is_a_problem(tmp_path: Path, line: str) -> None:
    text = f'{DEV}secret "slack-webhook" {{\n  {line}\n}}\n'
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:11: the line contains what looks like a secret's")
    text = f'{DEV}secret "slack-webhook" {{ {line} }}\n'
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:10: the line contains what looks like a secret's")


@pytest.mark.parametrize(
    "line",
    [
        'image = "sha256:' + "3f" * 32 + '"',
        'gateway_id = "12345678-1234-1234-1234-123456789012"',
        'arn = "arn:aws:kms:ap-northeast-2:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
        'arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"',
        'policy = "AmazonSSMManagedInstanceCore"',
        'key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPiXz4p0Yh0vJm8Yg5rC2QxW9nKf7LdTq1bEo6uAsRtM"',
        'access = "~sessions:* +@read +@write"',
        'password = ""',
        "password_rotation = 30",
        'secret = "slack-webhook"',
        'webhook_secret = "slack-webhook"',
        'description = "the value comes from the console: Slack, Apps, Webhooks"',
        "value = 3",
        'allowed_origins = ["https://www.example.com:8443"]',
        "bucket_key = true",
        'SECRET_NAME = "agora-login"',
        'SESSION_SECRET = ""',
        'BYPASS = "/healthz"',
        'image = "api:1.4.2@sha256:' + "3f" * 32 + '"',
        'description = "Bearer tokens are read by the service"',
        'TOKEN_LIFETIME = "3600"',
        'required = ["password", "name"]',
        'remote = "ssh://deployment@git.example:22/agora"',
    ],
)
def test_value_that_resembles_a_secret_is_no_problem(tmp_path: Path, line: str) -> None:
    path = tmp_path / "dev.hcl"
    path.write_text(line + "\n")
    assert list(pasted_secrets(path)) == []


REFERENCES = """\
secrets = {
  DB_PASSWORD = "partner-login:password" # its key
  API_KEY     = "partner-key"
}
parameters = { AUTH_TOKEN = "api/token-lifetime" }
"""


def test_names_of_secrets_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "dev.hcl"
    path.write_text(REFERENCES)
    assert list(pasted_secrets(path)) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("partner-login:password", "Hunter2!", 2),
        ("partner-key", "sk_live_51H", 3),
        ("api/token-lifetime", "hunter2", 5),
        ("\nparameters", '\nmaster_password = "hunter2"\nparameters', 5),
    ],
)
def test_values_among_the_names_of_secrets_are_found(tmp_path: Path, before: str, after: str, line: int) -> None:
    path = tmp_path / "dev.hcl"
    path.write_text(REFERENCES.replace(before, after))
    assert [problem.line for problem in pasted_secrets(path)] == [line]


def test_key_after_a_one_line_secret_block_is_an_ordinary_key(tmp_path: Path) -> None:
    path = tmp_path / "dev.hcl"
    path.write_text('secret "a" {}\nsecret "b" {\n  description = "x"\n}\nalarm "x" {\n  value = 3\n}\n')
    assert list(pasted_secrets(path)) == []


def test_nearly_every_random_key_is_found(tmp_path: Path) -> None:
    """40 characters of base64, as in AWS secret access keys. The seed makes the result repeatable."""
    source = random.Random(4)
    letters = string.ascii_letters + string.digits + "/+"
    path = tmp_path / "dev.hcl"
    path.write_text("".join(f'note = "{"".join(source.choices(letters, k=40))}"\n' for _ in range(1000)))
    assert len(list(pasted_secrets(path))) > 950


@given(st.text(min_size=1, max_size=60))
def test_entropy_is_that_of_the_characters(text: str) -> None:
    assert -1e-9 <= entropy(text) <= 6
    assert abs(entropy(text + text) - entropy(text)) < 1e-9


@pytest.mark.parametrize("part", ["a", "a1", "eyJ", "://a:b", '\\"', '"', "password", "{ ", "a:", "-----BEGIN A "])
def test_search_time_grows_linearly_with_the_length_of_a_line(tmp_path: Path, part: str) -> None:
    """A pattern that restarts at each character would take minutes: a quadratic time."""
    path = tmp_path / "dev.hcl"
    path.write_text(f'note = "{part * (100_000 // len(part))}')
    list(pasted_secrets(path))
