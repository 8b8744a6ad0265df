"""CI servers: which tokens satisfy the conditions of roles, and the settings of applications' pipelines."""

from typing import Any

import pytest
from pydantic import ValidationError

from modules.foundation.ci_servers import ApplicationPipeline, CiProject, GithubRepository, GitlabProject
from modules.foundation.policies import Condition
from modules.foundation.settings import Tier
from tests.support.trust import ASSUME, trusts

GITLAB = GitlabProject("community/api")
GITHUB = GithubRepository("agora/api")
KNOWN = GithubRepository("agora/api", owner_id=12, repository_id=34)


def accepts(project: CiProject, condition: Condition, **claims: str) -> bool:
    """Return whether a trust policy with the condition accepts a token with these claims."""
    statement = {"Effect": "Allow", "Principal": {"Federated": "p"}, "Action": ASSUME, "Condition": condition}
    return trusts([statement], project.issuer.url, **{"aud": project.issuer.audience, **claims})


def gitlab(ref: str, path: str = "community/api") -> dict[str, str]:
    ref_type, _, name = ref.partition(":")
    return {"sub": f"project_path:{path}:ref_type:{ref_type}:ref:{name}"}


def github(ref: str, environment: str | None = None, name: str = "agora/api", identity: str = "34") -> dict[str, str]:
    """Return the claims of a job's token; a job in a GitHub environment has no ref in `sub`."""
    context = f"environment:{environment}" if environment else f"ref:{ref}"
    return {"sub": f"repo:{name}:{context}", "ref": ref, "repository_id": identity}


@pytest.mark.parametrize(
    ("tier", "ref", "accepted"),
    [
        ("development", "branch:main", True),
        ("development", "branch:feature", False),
        ("development", "tag:v1.4.2", False),
        ("staging", "tag:v1.4.2-rc.1", True),
        ("staging", "branch:main", False),
        ("production", "tag:v1.4.2", True),
        ("production", "tag:v1.4.2-rc.1", False),
        ("production", "branch:main", False),
        ("production", "branch:v1", False),
    ],
)
def test_gitlab_job_changes_an_environment_from_its_refs_only(tier: Tier, ref: str, accepted: bool) -> None:
    assert accepts(GITLAB, GITLAB.to_release(tier, "any"), **gitlab(ref)) is accepted


@pytest.mark.parametrize("repository", [GITHUB, KNOWN])
@pytest.mark.parametrize(
    ("tier", "ref", "environment", "accepted"),
    [
        ("development", "refs/heads/main", "prod", True),
        ("development", "refs/heads/main", None, False),
        ("development", "refs/heads/feature", "prod", False),
        ("staging", "refs/tags/v1.4.2-rc.1", "prod", True),
        ("staging", "refs/heads/main", "prod", False),
        ("production", "refs/tags/v1.4.2", "prod", True),
        ("production", "refs/tags/v1.4.2", "staging", False),
        ("production", "refs/tags/v1.4.2", None, False),
        ("production", "refs/tags/v1.4.2-rc.1", "prod", False),
        ("production", "refs/heads/main", "prod", False),
        ("production", "refs/heads/v1", "prod", False),
        ("production", "refs/pull/7/merge", "prod", False),
    ],
)
def test_github_job_changes_an_environment_in_its_github_environment_and_from_its_refs_only(
    tier: Tier, ref: str, environment: str | None, accepted: bool, repository: GithubRepository
) -> None:
    assert accepts(repository, repository.to_release(tier, "prod"), **github(ref, environment)) is accepted


@pytest.mark.parametrize(
    ("claims", "accepted"),
    [
        ({"name": "agora@12/api@34"}, True),
        ({"name": "agora/api"}, True),
        # A new owner of an abandoned name.
        ({"name": "agora/api", "identity": "99"}, False),
        ({"name": "agora@98/api@99", "identity": "99"}, False),
        ({"name": "agora/api-fork"}, False),
        ({"name": "other/api"}, False),
    ],
)
def test_github_repository_with_ids_is_known_by_its_id(claims: dict[str, str], accepted: bool) -> None:
    condition = KNOWN.to_release("production", "prod")
    assert accepts(KNOWN, condition, **github("refs/tags/v1.4.2", "prod", **claims)) is accepted


def test_pull_request_plans_where_previews_are_allowed_and_applies_nowhere() -> None:
    request = {"sub": "repo:agora/api:pull_request", "ref": "refs/pull/7/merge"}
    assert accepts(GITHUB, GITHUB.to_plan("staging", previews=True), **request)
    assert not accepts(GITHUB, GITHUB.to_plan("production", previews=False), **request)
    assert not accepts(GITHUB, GITHUB.to_release("staging", "staging"), **request)
    assert not accepts(
        GITHUB, GITHUB.to_plan("staging", previews=True), **{**request, "sub": "repo:x/api:pull_request"}
    )


def test_scheduled_job_on_the_default_branch_plans_production_and_does_not_apply_it() -> None:
    for project, claims in ((GITHUB, github("refs/heads/main")), (GITLAB, gitlab("branch:main"))):
        assert accepts(project, project.to_plan("production", previews=False), **claims)
        assert not accepts(project, project.to_release("production", "prod"), **claims)


def test_images_are_pushed_from_the_default_branch_and_from_all_tags() -> None:
    for project, claims in (
        (GITHUB, [github("refs/heads/main"), github("refs/tags/v1.5.0-rc.1"), github("refs/tags/v1.5.0")]),
        (GITLAB, [gitlab("branch:main"), gitlab("tag:v1.5.0-rc.1"), gitlab("tag:v1.5.0")]),
    ):
        assert all(accepts(project, project.to_build(), **each) for each in claims)
    assert not accepts(GITHUB, GITHUB.to_build(), **github("refs/heads/feature"))
    assert not accepts(GITLAB, GITLAB.to_build(), **gitlab("branch:feature"))


def test_token_for_another_audience_is_not_accepted() -> None:
    condition = GITHUB.to_build()
    assert not accepts(GITHUB, condition, **{**github("refs/heads/main"), "aud": "https://github.com/agora"})


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({}, "requires `gitlab`, `github` or `role`"),
        ({"gitlab": "a/b", "github": "a/b"}, "conflicts with gitlab"),
        ({"gitlab": "agora-api"}, "is not the path of a GitLab project"),
        ({"github": "agora/*"}, "is not a repository on GitHub"),
        ({"github": "agora"}, "is not a repository on GitHub"),
        ({"github": "a/b", "repository_id": 7}, "requires owner_id, since tokens contain both"),
        ({"gitlab": "a/b", "owner_id": 7, "repository_id": 7}, "is of a GitHub repository"),
        ({"role": "arn:aws:iam::333333333333:role/*"}, "String should match pattern"),
        ({"gitlab": "a/b", "default_branch": "*"}, "String should match pattern"),
    ],
)
def test_invalid_pipeline_of_an_application_is_a_problem(keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as error:
        ApplicationPipeline.model_validate(keys)
    assert problem in str(error.value)
