"""`.gitlab-ci.yml` of an application.

The keywords are those of "GitLab, CI/CD YAML syntax reference" (17 and later).
"""

from collections.abc import Sequence

from modules.compute.keys.images import PLATFORMS
from modules.foundation.ci_servers import GITLAB_COM
from ops.application.releases import Application, Release, Repository
from ops.application.writing import Source, filled, head, renewal
from ops.pipeline.release_policy import CANDIDATE_TAG, RELEASE_TAG

FILE = ".gitlab-ci.yml"
#: [GitLab, Hosted runners on Linux](https://docs.gitlab.com/ci/runners/hosted_runners/linux/).
RUNNERS = {"arm64": "saas-linux-small-arm64", "x86_64": "saas-linux-small-amd64"}


def pipeline(application: Application, source: Source) -> str:
    """Return the text of `.gitlab-ci.yml`."""
    user, token = (
        ("gitlab-ci-token", "CI_JOB_TOKEN") if source.server == "gitlab" else ("x-access-token", "GROUNDWORK_TOKEN")
    )
    base = filled(
        "gitlab.yml",
        head=head(application, source, _once(application, source)),
        on_branch=_branch(application),
        url=source.url,
        ref=source.ref,
        audience=application.audience,
        user=user,
        token=token,
    )
    return "".join(
        [
            base,
            *(_image(application, each, source) for each in application.repositories),
            *([] if application.builds_releases else [_promote(application, source)]),
            *(_release(application, each, source) for each in application.releases),
        ]
    )


def _once(application: Application, source: Source) -> list[str]:
    names = " and ".join(each.env for each in application.of_tier("production"))
    approval = (
        f", and the environment {names} (Settings, CI/CD, Protected environments): it says who may run the manual job"
        if names
        else ""
    )
    renewed = renewal(application)
    schedule = f"A {renewed[0]} pipeline schedule on {application.default_branch} {renewed[1]}" if renewed else ""
    access = (
        f"In {source.path}: Settings, CI/CD, Job token permissions, add {application.project}."
        if source.server == "gitlab"
        else f"The masked, protected variable GROUNDWORK_TOKEN is a token that may only read {source.path}."
    )
    protect = f"protect {application.default_branch} and the tags v* (Settings, Repository)"
    return [f"Once, in this project: {protect}{approval}.", access, schedule]


def _branch(application: Application) -> str:
    return f'$CI_COMMIT_BRANCH == "{application.default_branch}"'


def _rules(*conditions: str, manual: bool = False) -> str:
    end = "\n      when: manual" if manual else ""
    return "\n".join(f"    - if: {condition}{end}" for condition in conditions)


def _image(application: Application, repository: Repository, source: Source) -> str:
    native = "a runner of that architecture; on another, RUN needs QEMU and is slow"
    tags = (
        f"  tags: [{RUNNERS[application.architecture]}] # {native}\n"
        if application.audience == GITLAB_COM
        else f"  # EDIT: `tags` that select {native}.\n"
    )
    tagged = "$CI_COMMIT_TAG" if application.builds_releases else f"$CI_COMMIT_TAG && $CI_COMMIT_TAG !~ /{RELEASE_TAG}/"
    branch = [_branch(application)] if application.of_tier("development") else []
    return filled(
        "gitlab-image.yml",
        repository=repository.label,
        env=repository.env,
        envs=source.option,
        tags=tags,
        rules=_rules(*branch, tagged),
        platform=PLATFORMS[application.architecture],
    )


def _promote(application: Application, source: Source) -> str:
    script = "\n".join(
        f"    - groundwork ci promote {each.label} --env {each.env}{source.option}" for each in application.repositories
    )
    return filled("gitlab-promote.yml", release_tag=f"$CI_COMMIT_TAG =~ /{RELEASE_TAG}/", script=script)


def _release(application: Application, release: Release, source: Source) -> str:
    conditions = {
        "development": _branch(application),
        "staging": f"$CI_COMMIT_TAG =~ /{CANDIDATE_TAG}/",
        "production": f"$CI_COMMIT_TAG =~ /{RELEASE_TAG}/",
    }
    is_production = release.tier == "production"
    images = [f"image:{each.label}" for each in application.repositories]
    promoted = is_production and not application.builds_releases
    return filled(
        "gitlab-release.yml",
        env=release.env,
        tier=release.tier,
        needs=_listed(["promote"] if promoted else images),
        rules=_rules(conditions[release.tier], manual=is_production),
        script="\n".join(
            f'    - groundwork release {service} --env {release.env}{source.option} --image "{label}:$VERSION"'
            for service, label in release.images.items()
        ),
    )


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]" if not any(":" in each for each in names) else str(list(names)).replace("'", '"')
