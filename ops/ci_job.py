"""The CI job in which a command runs, by the variables that its server sets.

[GitLab, Predefined CI/CD variables reference](https://docs.gitlab.com/ci/variables/predefined_variables/), and [GitHub,
Variables reference](https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
"""

from collections.abc import Mapping

#: Variables with the commit, each of one server; an option that a job need not write names them as its `envvar`.
COMMIT_VARIABLES = ["CI_COMMIT_SHA", "GITHUB_SHA"]
_USER_VARIABLES = ("GITLAB_USER_LOGIN", "GITHUB_ACTOR")


def commit_of(environment: Mapping[str, str]) -> str | None:
    """Return the commit of the job; None outside of one."""
    return _first(environment, COMMIT_VARIABLES)


def user_of(environment: Mapping[str, str]) -> str | None:
    """Return the user who caused the job; None outside of one."""
    return _first(environment, _USER_VARIABLES)


def tag_of(environment: Mapping[str, str]) -> str | None:
    """Return the Git tag for which the job runs; None for a branch, or outside of a job."""
    github = environment.get("GITHUB_REF_NAME") if environment.get("GITHUB_REF_TYPE") == "tag" else None
    return environment.get("CI_COMMIT_TAG") or github or None


def url_of(environment: Mapping[str, str]) -> str | None:
    """Return the URL of the job, or of the workflow run on GitHub; None outside of one."""
    if run := environment.get("GITHUB_RUN_ID"):
        return f"{github_repository_url(environment)}/actions/runs/{run}"
    return environment.get("CI_JOB_URL") or None


def github_repository_url(environment: Mapping[str, str]) -> str:
    """Return the URL of the repository whose workflow runs on GitHub."""
    server = environment.get("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{environment.get('GITHUB_REPOSITORY', '')}"


def _first(environment: Mapping[str, str], names: list[str] | tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)
