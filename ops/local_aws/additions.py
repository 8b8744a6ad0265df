"""The list of what we add to Moto 5.2.5, one module a service.

Each module's docstring says what AWS does, what Moto lacks and what is added. Everything is installed into
Moto's classes once, before the server starts.
"""

from collections.abc import Callable

from ops.local_aws import direct_connect, ec2, kms, s3

ADDITIONS: tuple[Callable[[], None], ...] = (direct_connect.install, ec2.install, kms.install, s3.install)


def install() -> None:
    """Install every addition into Moto, in this process."""
    for addition in ADDITIONS:
        addition()
