"""IAM: credentials of users for single services.

- AWS: ListServiceSpecificCredentials ([ListServiceSpecificCredentials]
  (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html)). Moto 5.2.5 has none of
  these credentials, and the provider lists them before it deletes a user. Added: an empty list.
"""

from typing import Any

from local_aws.extend import add, respond


def install() -> None:
    """Add the operation."""
    from moto.iam.responses import IamResponse

    add(IamResponse, list_service_specific_credentials)


def list_service_specific_credentials(response: Any) -> Any:
    """Return no credentials; the user must exist."""
    if name := response._get_param("UserName"):
        response.backend.get_user(name)
    return respond({"ServiceSpecificCredentials": []})
