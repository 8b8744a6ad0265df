"""ID tokens like those of GitHub's jobs, without a valid signature."""

import base64
import json
import time
from typing import Any

GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def token(**claims: Any) -> str:
    """Return a JSON Web Token with these claims, which is valid for five minutes unless they say something else."""
    valid = {"exp": time.time() + 300, **claims}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "RS256"}, valid)]
    return ".".join([*(part.rstrip("=") for part in parts), "signature"])


def github_claims(repository: str, subject: str, ref: str, **more: Any) -> dict[str, Any]:
    """Return the claims of a job's token; `subject` is what follows the repository in `sub`.

    [OpenID Connect reference](https://docs.github.com/en/actions/reference/security/oidc). `ref_protected` is false for
    every tag (https://github.com/orgs/community/discussions/142985).
    """
    return {
        "iss": GITHUB,
        "aud": AUDIENCE,
        "sub": f"repo:{repository}:{subject}",
        "repository": repository,
        "repository_id": "456789",
        "repository_visibility": "private",
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "ref_protected": "true" if ref == "refs/heads/main" else "false",
        **more,
    }
