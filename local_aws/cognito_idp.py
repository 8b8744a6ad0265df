"""Cognito: the domain of a user pool, its tier, its tags, and its deletion.

AWS: DescribeUserPoolDomain returns the certificate of a custom domain, which must be in us-east-1, and for each domain
the account and the version of its pages. Moto 5.2.5 omits the certificate, so that the provider tries to create a new
domain in every plan, accepts one of any Region, and returns a different account in each response. Added: AWS's
response, and a check of the certificate's Region.

AWS: a pool whose creation or update names no tier has ESSENTIALS ([UpdateUserPool, UserPoolTier]
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html)). Moto then has no
tier, so that the provider sees a change after an update. Added: the default.

AWS: UpdateUserPool keeps the settings that only CreateUserPool accepts (sign-in attributes, their case sensitivity, the
schema) and, if the request contains none, the tags. Moto drops them, so that the provider tries to replace the pool
after each update. Added: they are kept.

AWS: TagResource and UntagResource change a pool's tags. Moto has neither. Added: both.

AWS: DeleteUserPool fails while deletion protection is active or the pool has a domain ([User pool deletion protection]
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html)). Moto deletes
the pool. Added: the error.
"""

from collections.abc import Callable
from typing import Any

CERTIFICATE_REGION = "us-east-1"
#: Members of CreateUserPool that UpdateUserPool does not have, and tags, which are kept if the request contains none.
_LASTING = ("AliasAttributes", "Schema", "UserPoolTags", "UsernameAttributes", "UsernameConfiguration")
#: The classic hosted UI; 2 is managed login.
CLASSIC = 1


def install() -> None:
    """Let Moto's domains and pools store their settings."""
    from moto.cognitoidp.models import DEFAULT_USER_POOL_CONFIG, CognitoIdpBackend, CognitoIdpUserPoolDomain
    from moto.cognitoidp.responses import CognitoIdpResponse

    from local_aws.extend import add

    DEFAULT_USER_POOL_CONFIG.setdefault("UserPoolTier", "ESSENTIALS")
    add(CognitoIdpUserPoolDomain, _complete(CognitoIdpUserPoolDomain.to_json))
    add(CognitoIdpResponse, tag_resource, untag_resource)
    add(
        CognitoIdpBackend,
        _of_account(CognitoIdpBackend.create_user_pool_domain),
        _keeping_identity(CognitoIdpBackend.update_user_pool),
        _unless_protected(CognitoIdpBackend.delete_user_pool),
        _checked(CognitoIdpBackend.update_user_pool_domain),
    )


def tag_resource(response: Any) -> str:
    """Add tags to a user pool, or change them."""
    _tags(response).update(response._get_param("Tags"))
    return "{}"


def untag_resource(response: Any) -> str:
    """Remove tags from a user pool."""
    for key in response._get_param("TagKeys"):
        _tags(response).pop(key, None)
    return "{}"


def _tags(response: Any) -> dict[str, str]:
    pool_id = response._get_param("ResourceArn").rpartition("/")[2]
    config = response.backend.describe_user_pool(pool_id).extended_config
    tags: dict[str, str] = config.setdefault("UserPoolTags", {})
    return tags


def _complete(describe: Callable[[Any, bool], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def to_json(domain: Any, extended: bool = True) -> dict[str, Any]:
        description = describe(domain, extended)
        if not extended:
            return description
        description |= {"AWSAccountId": domain.account_id, "ManagedLoginVersion": CLASSIC}
        return description | (
            {"CustomDomainConfig": domain.custom_domain_config} if domain.custom_domain_config else {}
        )

    return to_json


def _of_account(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_user_pool_domain(
        backend: Any, user_pool_id: str, domain: str, custom_domain_config: dict[str, str] | None = None
    ) -> Any:
        _check(custom_domain_config)
        created = create(backend, user_pool_id, domain, custom_domain_config)
        created.account_id = backend.account_id
        return created

    return create_user_pool_domain


def _checked(update: Callable[..., Any]) -> Callable[..., Any]:
    def update_user_pool_domain(backend: Any, domain: str, custom_domain_config: dict[str, str]) -> Any:
        _check(custom_domain_config)
        return update(backend, domain, custom_domain_config)

    return update_user_pool_domain


def _keeping_identity(update: Callable[..., None]) -> Callable[..., None]:
    def update_user_pool(backend: Any, user_pool_id: str, extended_config: dict[str, Any]) -> None:
        known = backend.describe_user_pool(user_pool_id).extended_config
        kept = {name: known[name] for name in _LASTING if name in known}
        update(backend, user_pool_id, {**kept, **extended_config})

    return update_user_pool


def _unless_protected(delete: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_user_pool(backend: Any, user_pool_id: str) -> None:
        from moto.cognitoidp.exceptions import InvalidParameterException

        pool = backend.describe_user_pool(user_pool_id)
        if pool.extended_config.get("DeletionProtection") == "ACTIVE":
            message = "The user pool cannot be deleted because deletion protection is activated."
            raise InvalidParameterException(f"{message} Deletion protection must be inactivated first.")
        if any(domain.user_pool_id == user_pool_id for domain in backend.user_pool_domains.values()):
            message = "User pool cannot be deleted. It has a domain configured that should be deleted first."
            raise InvalidParameterException(message)
        delete(backend, user_pool_id)

    return delete_user_pool


def _check(custom_domain_config: dict[str, str] | None) -> None:
    from moto.cognitoidp.exceptions import InvalidParameterException

    arn = (custom_domain_config or {}).get("CertificateArn")
    if arn and arn.split(":")[3:4] != [CERTIFICATE_REGION]:
        raise InvalidParameterException(f"Invalid certificate ARN {arn}: it must be in {CERTIFICATE_REGION}")
