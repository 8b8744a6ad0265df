"""STS: roles assumed with the token of a CI server or a cluster.

- AWS: [AssumeRoleWithWebIdentity](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html)
  requires an OIDC provider in the role's account for the token's issuer, with the token's audience, a token that has
  not expired, and a trust policy that allows the token's claims.
- Moto 5.2.5 gives anyone credentials. Added: these rules, for roles that exist. A role that does not exist can be
  assumed as in Moto.
- Not evaluated: the token's signature.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from iam.evaluation import is_allowed, statements
from local_aws.enforcement import role_of
from local_aws.extend import replace

_ACTION = "sts:AssumeRoleWithWebIdentity"


def install() -> None:
    """Check the token before Moto's operation responds."""
    from moto.sts.responses import TokenResponse

    original = TokenResponse.assume_role_with_web_identity

    def assume_role_with_web_identity(response: Any) -> Any:
        role_arn = response._get_param("RoleArn")
        if (role := role_of(role_arn)) is not None:
            _check(role, response._get_param("WebIdentityToken") or "")
        return original(response)

    replace(TokenResponse, "assume_role_with_web_identity", assume_role_with_web_identity)


def _check(role: Any, token: str) -> None:
    claims = _claims(token)
    issuer = str(claims.get("iss", "")).removeprefix("https://")
    provider = _provider(role.account_id, issuer)
    if provider is None:
        raise _error("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{issuer}")
    if claims.get("aud") not in provider.client_id_list:
        raise _error("InvalidIdentityToken", "Incorrect token audience")
    if float(claims.get("exp", 0)) < time.time():
        raise _error("ExpiredTokenException", "Token expired")
    context = {
        "aws:federatedprovider": provider.arn,
        **{f"{issuer}:{name}".lower(): str(value) for name, value in claims.items()},
    }
    if not is_allowed(statements(role.assume_role_policy_document), _ACTION, role.arn, context):
        raise _error("AccessDenied", f"Not authorized to perform {_ACTION}")


def _claims(token: str) -> Mapping[str, Any]:
    try:
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        raise _error("InvalidIdentityToken", "The ID Token provided is not a valid JWT.") from None
    return claims


def _provider(account_id: str, issuer: str) -> Any:
    from moto.iam.models import iam_backends

    providers = iam_backends[account_id]["aws"].open_id_providers.values()
    return next((each for each in providers if each.url == issuer), None)


def _error(code: str, message: str) -> Exception:
    from moto.sts.exceptions import STSClientError

    return STSClientError(code, message)
