"""Failures outside of Groundwork become messages with exit codes; bugs keep their traceback."""

import errno
import os
from typing import Any

import pytest
from botocore import exceptions

from local_aws.process import LocalAwsError
from ops.errors import ExitCode
from ops.failures import explained

DENIED: Any = {"Error": {"Code": "ExpiredToken", "Message": "The token has expired"}}


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (exceptions.NoCredentialsError(), ExitCode.REFUSED, "there are no usable AWS credentials: Unable to"),
        (exceptions.SSOTokenLoadError(profile_name="x", error_msg="none"), ExitCode.REFUSED, "aws sso login"),
        (exceptions.ProfileNotFound(profile="x"), ExitCode.REFUSED, "the AWS profile cannot be used: The config"),
        (exceptions.EndpointConnectionError(endpoint_url="https://sts"), ExitCode.UNAVAILABLE, "AWS cannot be reached"),
        (exceptions.ClientError(DENIED, "GetCallerIdentity"), ExitCode.REFUSED, "ExpiredToken"),
        (OSError(errno.ENOSPC, "No space left on device"), ExitCode.UNAVAILABLE, "free some disk space"),
        (OSError(errno.EROFS, "Read-only file system", "build"), ExitCode.UNAVAILABLE, "build: Read-only file system;"),
        (FileNotFoundError("GROUNDWORK_PROVIDER_MIRROR names x"), ExitCode.UNAVAILABLE, "GROUNDWORK_PROVIDER_MIRROR"),
        (LocalAwsError("the embedded AWS did not answer"), ExitCode.UNAVAILABLE, "did not answer"),
    ],
)
def test_outside_failure_has_message_and_exit_code(error: Exception, code: ExitCode, message: str) -> None:
    found = explained(error)
    assert found is not None
    assert found.code == code
    assert message in str(found)
    assert os.linesep not in str(found)


@pytest.mark.parametrize("error", [KeyError("x"), exceptions.ParamValidationError(report="x")])
def test_bug_is_not_hidden(error: Exception) -> None:
    assert explained(error) is None
