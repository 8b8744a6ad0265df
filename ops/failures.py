"""Failures outside of Groundwork (credentials, network, AWS, disk) as messages with exit codes."""

import errno

from local_aws.process import LocalAwsError
from ops.errors import ExitCode, OpsError

_LOG_IN = "log in (`aws sso login`) or choose a profile: export AWS_PROFILE=..."
_PROFILES = "list the profiles with `aws configure list-profiles`, then export AWS_PROFILE=..."
#: Names in botocore.exceptions, the text before and after the error's own, and the exit code. The first match wins.
_AWS = (
    (("ClientError",), "AWS refused the request", f"are these the right credentials? {_LOG_IN}", ExitCode.REFUSED),
    (
        ("ProfileNotFound", "ConfigParseError", "ConfigNotFound", "InvalidConfigError"),
        "the AWS profile cannot be used",
        _PROFILES,
        ExitCode.REFUSED,
    ),
    (
        ("HTTPClientError", "ConnectionError"),
        "AWS cannot be reached",
        "check the network and its proxy",
        ExitCode.UNAVAILABLE,
    ),
    (
        (
            "NoCredentialsError",
            "PartialCredentialsError",
            "CredentialRetrievalError",
            "MetadataRetrievalError",
            "NoAuthTokenError",
            "SSOError",
            "TokenRetrievalError",
        ),
        "there are no usable AWS credentials",
        _LOG_IN,
        ExitCode.REFUSED,
    ),
)
_OTHER_FOLDER = "change its owner or mode, or use another folder: export GROUNDWORK_BUILD=..."
_DISK = {
    errno.ENOSPC: "free some disk space, then run the same command again",
    errno.EDQUOT: "free some disk space, then run the same command again",
    errno.EROFS: _OTHER_FOLDER,
    errno.EACCES: _OTHER_FOLDER,
    errno.EPERM: _OTHER_FOLDER,
}


def explained(error: Exception) -> OpsError | None:
    """Return the message for a failure outside of Groundwork; None for a bug in Groundwork."""
    if isinstance(error, LocalAwsError):
        return OpsError(str(error), ExitCode.UNAVAILABLE)
    if isinstance(error, OSError):
        return OpsError(_of_the_machine(error), ExitCode.UNAVAILABLE)
    if type(error).__module__.startswith("botocore."):
        return _of_aws(error)
    return None


def _of_the_machine(error: OSError) -> str:
    if error.errno is None or error.strerror is None:
        return str(error)
    message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{message}; {_DISK[error.errno]}" if error.errno in _DISK else message


def _of_aws(error: Exception) -> OpsError | None:
    # Imported here because the import takes longer than a whole `validate`.
    from botocore import exceptions

    for names, problem, remedy, code in _AWS:
        if isinstance(error, tuple(getattr(exceptions, name) for name in names)):
            return OpsError(f"{problem}: {' '.join(str(error).split())}; {remedy}", code)
    return None
