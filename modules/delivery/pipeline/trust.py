"""Trust policies of the pipelines' roles."""

from collections.abc import Sequence

from modules.delivery.pipeline.settings import GitlabSettings
from modules.foundation.names import Names
from modules.foundation.policies import document


def provider_arn(settings: GitlabSettings, names: Names) -> str:
    """Return the ARN of the server's OIDC provider, which `make bootstrap` creates in the account."""
    return f"arn:aws:iam::{names.account_id}:oidc-provider/{settings.host}"


def trust_policy(provider: str, settings: GitlabSettings, subjects: Sequence[str]) -> str:
    """Return the trust policy for jobs whose tokens have one of these subjects."""
    return document(
        [
            {
                "Sid": "GitLab",
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{settings.host}:aud": settings.url},
                    "StringLike": {f"{settings.host}:sub": list(subjects)},
                },
            }
        ]
    )
