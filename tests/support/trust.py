"""Which tokens of a CI server may assume a role, by the role's trust policy."""

import json
from typing import Any

from iam.evaluation import Statement, is_allowed
from tests.support.template import Template

ASSUME = "sts:AssumeRoleWithWebIdentity"


def trusts(statements: list[Statement], url: str, **claims: str) -> bool:
    """Return whether the statements of a trust policy accept a token of this server with these claims."""
    host = url.removeprefix("https://")
    provider = statements[0]["Principal"]["Federated"]
    context: dict[str, Any] = {f"{host}:{claim}": value for claim, value in claims.items()}
    return is_allowed(statements, ASSUME, "*", {**context, "aws:federatedprovider": provider})


def may_assume(template: Template, role: str, sub: str, aud: str = "https://gitlab.com") -> bool:
    """Return whether a GitLab job whose token has this subject may assume the role."""
    found = json.loads(template.resource(f"aws_iam_role.{role}")["assume_role_policy"])["Statement"]
    return trusts(found, "https://gitlab.com", sub=sub, aud=aud)
