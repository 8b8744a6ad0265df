"""CloudTrail: deletion of a trail by its ARN.

- AWS: DeleteTrail accepts a name or an ARN ([DeleteTrail]
  (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html)). Moto 5.2.5 keeps a trail that
  is deleted by its ARN, without an error. Fixed.
"""

from collections.abc import Callable
from typing import Any

from local_aws.extend import add


def install() -> None:
    """Add the fix to Moto's CloudTrail."""
    from moto.cloudtrail.models import CloudTrailBackend

    add(CloudTrailBackend, _by_name(CloudTrailBackend.delete_trail))


def _by_name(delete: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_trail(backend: Any, name: str) -> None:
        delete(backend, name.rpartition("/")[2])

    return delete_trail
