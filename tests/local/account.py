"""A separate account for tests, for environment files and for a shell."""

from pathlib import Path

from local_aws.process import LocalAws
from ops.target import Target

ACCOUNT = "999999999999"
#: The beginning of an environment file.
HEADER = f"""\
product    = "mobile"
account_id = "{ACCOUNT}"
region     = "us-east-1"
tier       = "development"
"""
_CONFIG = """\
[default]
region                = us-east-1
endpoint_url          = {endpoint}
aws_access_key_id     = {key}
aws_secret_access_key = {secret}
aws_session_token     = {token}
"""


def write_aws_config(path: Path, target: Target, local_aws: LocalAws, account: str = ACCOUNT) -> Path:
    """Write an AWS config whose default profile uses the account on the embedded AWS, and return its path."""
    credentials = target.session(account).get_credentials()
    assert credentials is not None
    path.write_text(
        _CONFIG.format(
            endpoint=local_aws.endpoint,
            key=credentials.access_key,
            secret=credentials.secret_key,
            token=credentials.token,
        )
    )
    return path
