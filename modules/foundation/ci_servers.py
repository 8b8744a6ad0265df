"""CI servers whose jobs assume IAM roles with the servers' signed tokens, and the claims that a role requires of them.

GitLab's tokens: [ID token authentication](https://docs.gitlab.com/ci/secrets/id_token_authentication/). GitHub's:
[OpenID Connect reference](https://docs.github.com/en/actions/reference/security/oidc). A trust policy can use `sub` and
`aud` of both, and more claims of GitHub's: [Actions, resources, and condition keys for AWS Security Token Service]
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.policies import Condition
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import RoleArn, Settings, Tier

GITLAB_COM = "https://gitlab.com"
DEFAULT_BRANCH = "main"
#: "GitLab, CI/CD YAML, Project path": groups and a project, separated by slashes.
_PROJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
#: An owner has at most 39 letters, digits, and hyphens; a repository at most 100 letters, digits, and . _ -.
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
#: Tags of releases and prereleases in a trust policy's patterns; jobs check the exact form (SemVer 2.0.0).
_TAGS = "v*"
_PRERELEASES = "v*-*"


def _project(value: str) -> str:
    if not _PROJECT.fullmatch(value):
        raise broken_rule(
            "is not the path of a GitLab project", 'write its groups and its name, for example "community/groundwork"'
        )
    return value


def _repository(value: str) -> str:
    if not _REPOSITORY.fullmatch(value):
        raise broken_rule(
            "is not a repository on GitHub", 'write its owner and its name, for example "agora/infrastructure"'
        )
    return value


#: A project's path on its GitLab server.
Project = Annotated[str, AfterValidator(_project)]
#: A repository's owner and name on GitHub.
Repository = Annotated[str, AfterValidator(_repository)]
Branch = Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,100}$")]
GithubId = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Issuer:
    """An OIDC provider of an account: the server that signs the tokens."""

    kind: Literal["gitlab", "github"]
    url: str
    audience: str
    thumbprints: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The URL without the scheme, as in the names of the IAM provider and its condition keys."""
        return self.url.removeprefix("https://")


class CiProject(Protocol):
    """A project or repository of a CI server, and the conditions that the tokens of its jobs have to satisfy."""

    @property
    def server(self) -> str:
        """The server's product: GitLab, or GitHub."""

    @property
    def path(self) -> str:
        """The project's path, or the repository's owner and name."""

    @property
    def default_branch(self) -> str:
        """The branch that development is released from."""

    @property
    def issuer(self) -> Issuer:
        """The OIDC provider of the server."""

    def to_plan(self, tier: Tier, *, previews: bool) -> Condition:
        """Return the condition of jobs that may plan: refs that are applied, the default branch, and previews."""

    def to_release(self, tier: Tier, environment: str) -> Condition:
        """Return the condition of jobs that may change the environment.

        The default branch changes an environment for development, release tags production, and all tags the others.
        """

    def to_build(self) -> Condition:
        """Return the condition of jobs that push images, which all environments use: default branch and tags."""


@dataclass(frozen=True)
class GitlabProject:
    """A project on a GitLab server, whose tokens have the project, the ref's type, and the ref in `sub`."""

    path: str
    url: str = GITLAB_COM
    default_branch: str = DEFAULT_BRANCH
    thumbprints: tuple[str, ...] = ()

    server: ClassVar = "GitLab"

    @property
    def issuer(self) -> Issuer:
        """The OIDC provider of the server."""
        return Issuer("gitlab", self.url, self.url, self.thumbprints)

    def to_plan(self, tier: Tier, *, previews: bool) -> Condition:
        """Return the condition of jobs that may plan. A preview runs on the branch of the merge request."""
        branches = [self._sub("branch", "*")] if previews else []
        # The scheduled drift job runs on the default branch.
        return self._condition([*branches, *sorted({self._main, self._released(tier)})], tier)

    def to_release(self, tier: Tier, environment: str) -> Condition:  # noqa: ARG002 - of CiProject
        """Return the condition of jobs that may change the environment; their ref is all that `sub` contains."""
        return self._condition([self._released(tier)], tier)

    def to_build(self) -> Condition:
        """Return the condition of jobs that push images."""
        return self._condition([self._main, self._sub("tag", _TAGS)])

    @property
    def _main(self) -> str:
        return self._sub("branch", self.default_branch)

    def _released(self, tier: Tier) -> str:
        return self._main if tier == "development" else self._sub("tag", _TAGS)

    def _sub(self, ref_type: str, ref: str) -> str:
        return f"project_path:{self.path}:ref_type:{ref_type}:ref:{ref}"

    def _condition(self, subjects: Sequence[str], tier: Tier | None = None) -> Condition:
        host = self.issuer.host
        excluded = {"StringNotLike": {f"{host}:sub": [self._sub("tag", _PRERELEASES)]}} if tier == "production" else {}
        return {
            "StringEquals": {f"{host}:aud": self.issuer.audience},
            "StringLike": {f"{host}:sub": list(subjects)},
            **excluded,
        }


@dataclass(frozen=True)
class GithubRepository:
    """A repository on GitHub, whose tokens have the repository, and then a GitHub environment or a ref, in `sub`.

    [Immutable subject claims for GitHub Actions OIDC tokens]
    (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/): the subjects of
    repositories that were created or renamed since July 15, 2026, also contain the IDs of the owner and the repository.
    With the IDs, a role accepts both forms, but only of the repository with that ID.
    """

    path: str
    default_branch: str = DEFAULT_BRANCH
    owner_id: int | None = None
    repository_id: int | None = None

    server: ClassVar = "GitHub"
    #: [Configuring OpenID Connect in Amazon Web Services]
    #: (https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws).
    issuer: ClassVar = Issuer("github", "https://token.actions.githubusercontent.com", "sts.amazonaws.com")

    def to_plan(self, tier: Tier, *, previews: bool) -> Condition:
        """Return the condition of jobs that may plan. GitHub gives a pull request of a fork no token."""
        refs = sorted({self._main, self._released(tier)})
        contexts = [*(["pull_request"] if previews else []), *(f"ref:{ref}" for ref in refs)]
        return self._condition(contexts, tier)

    def to_release(self, tier: Tier, environment: str) -> Condition:
        """Return the condition of jobs that may change the environment.

        A job in a GitHub environment, whose protection rules then apply, has the environment in `sub` instead of the
        ref, so the ref has a condition of its own.
        """
        return self._condition([f"environment:{environment}"], tier, ref=self._released(tier))

    def to_build(self) -> Condition:
        """Return the condition of jobs that push images."""
        return self._condition([f"ref:{self._main}", f"ref:{_tag(_TAGS)}"])

    @property
    def _main(self) -> str:
        return f"refs/heads/{self.default_branch}"

    def _released(self, tier: Tier) -> str:
        return self._main if tier == "development" else _tag(_TAGS)

    def _subs(self, context: str) -> list[str]:
        by_name = f"repo:{self.path}:{context}"
        if self.repository_id is None:
            return [by_name]
        owner, name = self.path.split("/")
        return [by_name, f"repo:{owner}@{self.owner_id}/{name}@{self.repository_id}:{context}"]

    def _condition(self, contexts: Sequence[str], tier: Tier | None = None, ref: str | None = None) -> Condition:
        host = self.issuer.host
        identity = {} if self.repository_id is None else {f"{host}:repository_id": str(self.repository_id)}
        subjects = [sub for context in contexts for sub in self._subs(context)]
        excluded = {"StringNotLike": {f"{host}:ref": [_tag(_PRERELEASES)]}} if tier == "production" else {}
        return {
            "StringEquals": {f"{host}:aud": self.issuer.audience, **identity},
            "StringLike": {f"{host}:sub": subjects, **({f"{host}:ref": [ref]} if ref else {})},
            **excluded,
        }


def _tag(pattern: str) -> str:
    return f"refs/tags/{pattern}"


class ApplicationPipeline(Settings):
    """The pipeline of an application, which has a separate IAM role."""

    gitlab: Project | None = Field(
        default=None,
        examples=["community/agora-api"],
        description="The GitLab project, on the server of the `pipeline` block or else on gitlab.com, whose jobs may "
        "assume the role.",
    )
    github: Repository | None = Field(
        default=None,
        examples=["agora/api"],
        description="The GitHub repository whose jobs may assume the role. Jobs that change an environment run in the "
        "GitHub environment of the same name, whose rules say who approves them.",
    )
    owner_id: GithubId | None = Field(
        default=None, examples=[123456], description="The ID of the GitHub repository's owner; see `repository_id`."
    )
    repository_id: GithubId | None = Field(
        default=None,
        examples=[456789],
        description="The ID of the GitHub repository, which tokens of repositories contain that were created or "
        "renamed since July 15, 2026: `gh api repos/OWNER/NAME --jq '.owner.id, .id'`.",
    )
    role: RoleArn | None = Field(
        default=None,
        examples=["arn:aws:iam::333333333333:role/builder"],
        description="The IAM role of any other system, which may assume the role. It must exist, and its own policy "
        "must allow `sts:AssumeRole`.",
    )
    default_branch: Branch | None = Field(
        default=None,
        description="The branch that development is released from; by default the one of the `pipeline` block, or "
        "main.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "ApplicationPipeline":
        raise_findings([*one_of(self, "gitlab", "github", "role"), *ids_together(self, self.github)])
        return self

    def project(self, gitlab_url: str, default_branch: str) -> CiProject | None:
        """Return the project or repository, or None for a role; the arguments are those of the `pipeline` block."""
        branch = self.default_branch or default_branch
        if self.github:
            return GithubRepository(self.github, branch, self.owner_id, self.repository_id)
        return GitlabProject(self.gitlab, gitlab_url, branch) if self.gitlab else None


def one_of(settings: Settings, *keys: str) -> list[Finding]:
    """Return a problem unless exactly one of the keys is written."""
    written = [key for key in keys if getattr(settings, key) is not None]
    choice = f"{', '.join(f'`{key}`' for key in keys[:-1])} or `{keys[-1]}`"
    if not written:
        return [Finding((), None, f"requires {choice}", "write one of them")]
    return [
        Finding((key,), None, f"conflicts with {written[0]}", f"write either {choice}, and remove the others")
        for key in written[1:]
    ]


def ids_together(settings: Any, repository: str | None) -> list[Finding]:
    """Return problems of `owner_id` and `repository_id`, which are of a GitHub repository and appear together."""
    ids: Mapping[str, int | None] = {key: getattr(settings, key) for key in ("owner_id", "repository_id")}
    written = {key: value for key, value in ids.items() if value is not None}
    if written and repository is None:
        key, value = next(iter(written.items()))
        return [Finding((key,), value, "is of a GitHub repository", "remove it, or write `github`")]
    if len(written) == 1:
        (key, value), (other,) = next(iter(written.items())), [each for each in ids if each not in written]
        return [Finding((key,), value, f"requires {other}, since tokens contain both", f"write {other} as well")]
    return []
