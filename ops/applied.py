"""What to say about an environment that is not applied, instead of AWS's error about what it lacks."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile
from ops.advice import apply_command
from ops.errors import ExitCode, OpsError

#: Errors about a cluster of ECS and a bucket of S3 that an apply of the environment creates.
MISSING = ("ClusterNotFoundException", "NoSuchBucket")


@contextmanager
def applied(file: EnvironmentFile, *, on_local: bool) -> Iterator[None]:
    """Turn an error of AWS about a missing cluster or bucket into one that names the command to run. Raises OpsError.

    For requests about what the environment itself has: the credentials are right, but nothing is there.
    """
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in MISSING:
            raise
        name = file.settings.name
        raise OpsError(
            f"{name} is not applied; run `{apply_command(name, on_local=on_local)}`", ExitCode.REFUSED
        ) from None
