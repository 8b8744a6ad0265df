"""The approval of an apply or a release on GitHub: the required reviewers of its environment.

GitHub creates an environment that does not exist, without any rule, for the first job that names it. An apply would
then not wait for anyone, so the job itself requires the rule. GitLab's jobs are manual by their own file.
"""

import os
from collections.abc import Mapping
from urllib.parse import quote

from ops.errors import ExitCode, OpsError
from ops.note.github import github_api
from ops.pipeline.credentials import REQUEST_URL


def require_approval(name: str, variables: Mapping[str, str] = os.environ) -> None:
    """Raise OpsError unless jobs in the GitHub environment with this name wait for a reviewer.

    It requires nothing outside of a GitHub job that can request an ID token, such as in a person's shell.

    [Get an environment](https://docs.github.com/en/rest/deployments/environments#get-an-environment), with the job's
    token, which needs the permission `actions: read`.
    """
    if REQUEST_URL not in variables:
        return
    repository = variables["GITHUB_REPOSITORY"]
    api = github_api(variables, "give the job `permissions: actions: read`: make pipeline")
    environment = api.request("GET", f"/repos/{repository}/environments/{quote(name, safe='')}")
    rules = environment.get("protection_rules") or []
    if not any(rule.get("type") == "required_reviewers" and rule.get("reviewers") for rule in rules):
        raise OpsError(
            f"the environment {name} of {repository} has no required reviewers, so nobody has approved this job. Add "
            f"them on GitHub (Settings, Environments, {name}, Required reviewers; in a private repository, this needs "
            "GitHub Enterprise), then run all jobs again",
            ExitCode.REFUSED,
        )
