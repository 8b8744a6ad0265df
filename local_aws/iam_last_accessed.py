"""IAM: which services a role has used.

- AWS: GenerateServiceLastAccessedDetails starts a job, and GetServiceLastAccessedDetails returns the services that the
  role's policies allow, with the last use of each ([IAM User Guide, Refine permissions in AWS using last accessed
  information] (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html)). Moto 5.2.5 has
  neither, and remembers only when a role was last used. Added: both, with the services that sessions of the role have
  used. The job has ended at once, and services that were never used are not listed.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

#: The last use of each service, by the ARN of the role.
_USED: dict[str, dict[str, datetime]] = {}
#: The ARN of each job.
_JOBS: dict[str, str] = {}


def install() -> None:
    """Record the services that roles use, and add the operations."""
    from moto.iam import models
    from moto.iam.responses import IamResponse

    from local_aws.extend import add, replace

    replace(models, "mark_account_as_visited", _recording(models.mark_account_as_visited))
    add(IamResponse, generate_service_last_accessed_details, get_service_last_accessed_details)


def generate_service_last_accessed_details(response: Any) -> Any:
    """Start a job; the entity must exist if it is a role."""
    from local_aws.extend import respond

    arn = response._get_param("Arn")
    if ":role/" in arn:
        response.backend.get_role_by_arn(arn)
    job = str(uuid.uuid4())
    _JOBS[job] = arn
    return respond({"JobId": job})


def get_service_last_accessed_details(response: Any) -> Any:
    """Return the services that sessions of the role have used."""
    from moto.iam.exceptions import NotFoundException

    from local_aws.extend import respond

    job = response._get_param("JobId")
    if job not in _JOBS:
        raise NotFoundException(f"The job {job} cannot be found.")
    arn = _JOBS[job]
    now = datetime.now(UTC)
    services = [
        {
            "ServiceName": service,
            "ServiceNamespace": service,
            "LastAuthenticated": at,
            "LastAuthenticatedEntity": arn,
            "TotalAuthenticatedEntities": 1,
        }
        for service, at in sorted(_USED.get(arn, {}).items())
    ]
    return respond(
        {
            "JobStatus": "COMPLETED",
            "JobCreationDate": now,
            "JobCompletionDate": now,
            "ServicesLastAccessed": services,
            "IsTruncated": False,
        }
    )


def _recording(mark: Callable[..., None]) -> Callable[..., None]:
    def mark_account_as_visited(account_id: str, access_key: str, service: str, region: str) -> None:
        from moto.iam.models import iam_backends
        from moto.utilities.utils import get_partition

        mark(account_id=account_id, access_key=access_key, service=service, region=region)
        key = iam_backends[account_id][get_partition(region)].access_keys.get(access_key)
        if key is not None and key.role_arn:
            _USED.setdefault(key.role_arn, {})[service] = datetime.now(UTC)

    return mark_account_as_visited
