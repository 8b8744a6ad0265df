"""`.github/workflows/release.yml` of an application.

The keywords are those of [Workflow syntax for GitHub Actions]
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax).
"""

import textwrap
from collections.abc import Sequence

from modules.compute.keys.images import PLATFORMS
from ops.application.releases import Application, Release, Repository
from ops.application.writing import Source, comment, filled, head, renewal
from ops.pipeline.github import ACTIONS

FILE = ".github/workflows/release.yml"
CHECKOUT = "actions/checkout@{} # {}".format(*ACTIONS["actions/checkout"])
#: [GitHub-hosted runners reference]
#: (https://docs.github.com/en/actions/reference/runners/github-hosted-runners).
RUNNERS = {"arm64": "ubuntu-24.04-arm", "x86_64": "ubuntu-24.04"}
#: Minutes and hours are arbitrary: at full hours, GitHub's schedules are often late.
CRON = {"weekly": "17 3 * * 1", "daily": "17 3 * * *"}
_RUN = ".venv/bin/python -m ops"
_IS_TAG = "github.ref_type == 'tag'"
_IS_PRERELEASE = "contains(github.ref_name, '-')"
_IS_CANDIDATE = "contains(github.ref_name, '-rc.')"
_IS_BRANCH = "github.event_name != 'pull_request' && github.ref_type == 'branch'"


def pipeline(application: Application, source: Source) -> str:
    """Return the text of the workflow."""
    base = filled(
        "github.yml",
        head=head(application, source, _once(application, source)),
        branch=application.default_branch,
        schedule=_schedule(application),
        url=source.url,
        ref=source.ref,
        runner=RUNNERS[application.architecture],
        checkout=CHECKOUT,
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
    names = [each.env for each in application.of_tier("production")]
    reviewers = f", with required reviewers in {' and '.join(names)}" if names else ""
    environments = ", ".join(each.env for each in application.releases)
    access = (
        "The secret GROUNDWORK_DEPLOY_KEY is the private half of a read-only deploy key"
        if source.server == "github"
        else "The secret GROUNDWORK_TOKEN is a project access token that may only read the repository"
    )
    return [
        f"Once, in this repository: a ruleset that protects {application.default_branch} and the tags v* (Settings, "
        f"Rules), and the environments {environments} (Settings, Environments), limited to these refs{reviewers}. In a "
        "private repository, required reviewers need GitHub Enterprise; without them, the job fails.",
        "Without the ruleset for v*, anyone who may push can tag and release: jobs cannot check it, since GitHub "
        "reports every tag as not protected.",
        f"{access} of {source.path}.",
    ]


def _schedule(application: Application) -> str:
    renewed = renewal(application)
    if not renewed:
        return ""
    often, why = renewed
    lines = [*comment(f"{often.capitalize()}: {why}", "  "), "  schedule:", f'    - cron: "{CRON[often]}"']
    return "\n".join([*lines, ""])


def _source(source: Source) -> str:
    """Return the steps that check out the infrastructure repository and install its commands."""
    if source.server == "github":
        step = (
            f"- uses: {CHECKOUT}\n"
            "  with:\n"
            f"    repository: {source.path}\n"
            "    ref: ${{ env.GROUNDWORK_REF }}\n"
            "    path: groundwork\n"
            "    ssh-key: ${{ secrets.GROUNDWORK_DEPLOY_KEY }}\n"
            "    persist-credentials: false\n"
        )
    else:
        step = (
            "# The token is neither in a command line nor on the disk.\n"
            "- env:\n"
            "    GROUNDWORK_TOKEN: ${{ secrets.GROUNDWORK_TOKEN }}\n"
            "  run: |\n"
            "    git init --quiet groundwork\n"
            '    git -C groundwork -c credential.helper=\'!printf "username=%s\\npassword=%s\\n" oauth2 '
            '"$GROUNDWORK_TOKEN" #\' \\\n'
            '      fetch --quiet --depth 1 "$GROUNDWORK_URL" "$GROUNDWORK_REF"\n'
            "    git -C groundwork checkout --quiet FETCH_HEAD\n"
        )
    return textwrap.indent(f"{step}- run: python3 groundwork/ops/set_up.py --commands", " " * 6)


def _image(application: Application, repository: Repository, source: Source) -> str:
    tagged = _IS_TAG if application.builds_releases else f"{_IS_TAG} && {_IS_PRERELEASE}"
    branch = [f"({_IS_BRANCH})"] if application.of_tier("development") else []
    return filled(
        "github-image.yml",
        repository=repository.label,
        condition=" || ".join([*branch, f"({tagged})"]),
        runner=RUNNERS[application.architecture],
        checkout=CHECKOUT,
        groundwork=_source(source),
        env=repository.env,
        envs=source.option,
        platform=PLATFORMS[application.architecture],
    )


def _promote(application: Application, source: Source) -> str:
    script = [f"ci promote {each.label} --env {each.env}{source.option}" for each in application.repositories]
    return filled(
        "github-promote.yml",
        condition=f"{_IS_TAG} && !{_IS_PRERELEASE}",
        groundwork=_source(source),
        script=_commands(script),
    )


def _release(application: Application, release: Release, source: Source) -> str:
    conditions = {
        "development": _IS_BRANCH,
        "staging": f"{_IS_TAG} && {_IS_CANDIDATE}",
        "production": f"{_IS_TAG} && !{_IS_PRERELEASE}",
    }
    is_production = release.tier == "production"
    promoted = is_production and not application.builds_releases
    needs = ["promote"] if promoted else [f"image-{each.label}" for each in application.repositories]
    return filled(
        "github-release.yml",
        env=release.env,
        condition=conditions[release.tier],
        needs=f"[{', '.join(needs)}]",
        # GitHub creates a missing environment without rules, and the job would then wait for nobody.
        permissions="      actions: read\n" if is_production else "",
        token="        env:\n          GITHUB_TOKEN: ${{ github.token }}\n" if is_production else "",
        approval=_commands([f"ci approved --env {release.env}"]) + "\n" if is_production else "",
        groundwork=_source(source),
        script=_commands(
            [
                f'release {service} --env {release.env}{source.option} --image "{label}:$VERSION"'
                for service, label in release.images.items()
            ]
        ),
    )


def _commands(commands: Sequence[str]) -> str:
    return "\n".join(f"          {_RUN} {command}" for command in commands)
