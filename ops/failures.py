"""What fails outside of Groundwork (credentials, the network, AWS, the disk), as a sentence with an exit code."""

import errno

from local_aws.process import LocalAwsError
from ops.errors import ExitCode, OpsError

_LOG_IN = "log in (`aws sso login`), or choose a profile: export AWS_PROFILE=..."
_PROFILES = "`aws configure list-profiles` lists those that there are; then export AWS_PROFILE=..."
#: Of botocore.exceptions, with what belongs around its own words; of several the first that fits.
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
        "look at the network and its proxy",
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
        "there are no AWS credentials to work with",
        _LOG_IN,
        ExitCode.REFUSED,
    ),
)
_OTHER_FOLDER = "change its owner or mode, or name another folder: export GROUNDWORK_BUILD=..."
_DISK = {
    errno.ENOSPC: "free some space, and run the same command again",
    errno.EDQUOT: "free some space, and run the same command again",
    errno.EROFS: _OTHER_FOLDER,
    errno.EACCES: _OTHER_FOLDER,
    errno.EPERM: _OTHER_FOLDER,
}


def explained(error: Exception) -> OpsError | None:
    """Return what to say of an error that comes from outside, None for one that is a fault of ours."""
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
    told = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{told}; {_DISK[error.errno]}" if error.errno in _DISK else told


def _of_aws(error: Exception) -> OpsError | None:
    # Imported here: its import takes longer than all that `validate` does.
    from botocore import exceptions

    for names, what, remedy, code in _AWS:
        if isinstance(error, tuple(getattr(exceptions, name) for name in names)):
            return OpsError(f"{what}: {' '.join(str(error).split())}; {remedy}", code)
    return None
