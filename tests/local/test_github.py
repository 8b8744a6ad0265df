"""The workflow of GitHub Actions: the scripts of its jobs, run in a scratch clone on the embedded AWS.

A job's token has the claims that GitHub would give it. The trust policies of the pipeline's roles are evaluated, and
everything runs with the rights of the role that the token may assume. It does not test GitHub itself: environments and
their reviewers, concurrency, rulesets, artifacts, and the hosted runner.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.process import LocalAws
from modules.delivery.pipeline.role_names import Right, role_arn
from modules.delivery.state.state import state_bucket_name
from modules.environment_files import load
from ops.pipeline.github import FILE, NIGHTLY
from ops.target import Target
from tests.local.account import ACCOUNT as OTHER_ACCOUNT
from tests.local.account import HEADER
from tests.local.clone import Clone, create_clone
from tests.support.github_actions import Done, Run
from tests.support.github_server import GithubServer, github_server
from tests.support.id_tokens import github_claims, token

REPOSITORY = "mobile/infrastructure"
#: The OIDC provider and the roles of the other tests' account are GitLab's.
ACCOUNT = "222200002222"
#: A small environment without resources for which the provider waits.
DEV = f"""\
{HEADER.replace(OTHER_ACCOUNT, ACCOUNT)}
secret "token" {{
}}

pipeline {{
  github {{
    repository = "{REPOSITORY}"
  }}
}}
"""
STAGING = DEV.replace("development", "staging")
MAIN = "refs/heads/main"


@dataclass
class Repository:
    """The clone, GitHub's answers, and where the artifacts of its runs are."""

    clone: Clone
    github: GithubServer
    scratch: Path
    local_aws: LocalAws

    def run(self, event_name: str, ref: str = MAIN, **event: Any) -> Run:
        """Return a run of the workflow for the clone's last commit."""
        kind, _, name = ref.removeprefix("refs/").partition("/")
        sha = self.clone.git("rev-parse", "HEAD").strip()
        context = {
            "event_name": event_name, "ref": ref, "ref_name": name, "ref_type": "tag" if kind == "tags" else "branch",
            "sha": sha, "repository": REPOSITORY, "api_url": self.github.url, "run_id": "42", "token": "job",
            "event": event,
        }  # fmt: skip
        return Run(self.clone.folder, self.scratch, context, FILE, lambda _, job: self._prepare(job, context))

    def push(self, path: str, text: str) -> Run:
        """Change a file on the default branch, and return the run of this push with what it plans."""
        before = self.clone.git("rev-parse", "HEAD").strip()
        self.clone.commit(path, text)
        run = self.run("push", before=before)
        assert run.run("touched").result == "success"
        return run

    def _prepare(self, job: Mapping[str, Any], github: Mapping[str, Any]) -> Mapping[str, str]:
        """Leave what a new runner has, and return its variables."""
        self.clone.clean()
        variables = {**self.clone.environment, "RUNNER_TEMP": str(self.scratch)}
        if job["permissions"].get("id-token") != "write":
            return variables
        self.github.claims = self.claims(job, github)
        right: Right = "apply" if "environment" in job else "plan"
        return {**variables, **self.github.token_variables, **self.credentials(right)}

    def claims(self, job: Mapping[str, Any], github: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of a job's token."""
        subject = f"ref:{github['ref']}"
        if github["event_name"] == "pull_request":
            subject = "pull_request"
        if "environment" in job:
            subject = f"environment:{job['environment']['name']}"
        return github_claims(REPOSITORY, subject, github["ref"])

    def credentials(self, right: Right, env: str = "dev") -> dict[str, str]:
        """Return a session's credentials for the current token.

        Terraform's S3 backend would ask AWS itself for them, whatever the endpoint is.
        """
        settings = load(self.clone.folder / "envs")[env].settings
        sts: Any = boto3.client("sts", region_name="us-east-1", endpoint_url=self.local_aws.endpoint)
        keys = sts.assume_role_with_web_identity(
            RoleArn=role_arn(settings.account_names, env, right),
            RoleSessionName="job",
            WebIdentityToken=token(**self.github.claims),
        )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }


@pytest.fixture(scope="module")
def repository(
    bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Repository]:
    scratch = tmp_path_factory.mktemp("github")
    clone = create_clone(scratch, {"dev": DEV, "staging": STAGING}, bare_account, local_aws, account=ACCOUNT)
    with github_server() as github:
        yield Repository(clone, github, scratch, local_aws)


def succeeded(done: Done) -> Done:
    assert done.result == "success", done.output
    return done


@pytest.mark.parametrize(
    ("path", "planned"), [("docs/note.md", set()), ("envs/staging.hcl", set()), ("envs/dev.hcl", {"plan-dev"})]
)
def test_push_plans_what_it_touches(path: str, planned: set[str], repository: Repository) -> None:
    text = {"envs/dev.hcl": DEV, "envs/staging.hcl": STAGING}.get(path, "A note.\n")
    run = repository.push(path, f"{text}# more\n")
    assert {name for name in ("plan-dev", "plan-staging") if run.starts(name)} == planned
    assert not run.starts("apply-dev")


def test_plan_is_applied_after_its_approval_and_the_next_plan_is_empty(repository: Repository) -> None:
    run = repository.push("envs/dev.hcl", DEV)
    planned = succeeded(run.run("plan-dev"))
    assert planned.steps == ["Check out", "Set up", "Plan", "Keep the result"]
    assert "\n- create `aws_secretsmanager_secret.secret_token`\n" in (repository.scratch / "summary").read_text()
    assert run.starts("apply-dev")
    applied = succeeded(run.run("apply-dev"))
    assert "dev: applied" in applied.output
    assert f"/repos/{REPOSITORY}/environments/dev" in repository.github.paths
    again = repository.push("envs/dev.hcl", DEV + "# again\n")
    succeeded(again.run("plan-dev"))
    assert "## Plan of `dev`: no changes\n" in (repository.scratch / "summary").read_text()
    assert "dev: no changes" in succeeded(again.run("apply-dev")).output


def test_plan_of_another_commit_is_not_applied(repository: Repository) -> None:
    succeeded(repository.push("envs/dev.hcl", DEV + "# planned\n").run("plan-dev"))
    later = repository.push("docs/note.md", "Another note.\n")
    done = later.run("apply-dev")
    assert done.result == "failure"
    assert "the plan is for commit" in done.output


def test_apply_without_required_reviewers_is_refused(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    run = repository.push("envs/dev.hcl", DEV + "# unprotected\n")
    succeeded(run.run("plan-dev"))
    monkeypatch.setattr(repository.github, "environment", {"protection_rules": []})
    done = run.run("apply-dev")
    assert done.result == "failure"
    assert "the environment dev of mobile/infrastructure has no required reviewers" in done.output


def test_plan_of_a_pull_request_is_its_comment_and_is_not_applied(repository: Repository) -> None:
    git = repository.clone.git
    git("checkout", "--quiet", "-b", "change")
    repository.clone.commit("envs/dev.hcl", DEV + 'secret "more" {\n}\n')
    git("checkout", "--quiet", "main")
    # What GitHub checks out.
    git("checkout", "--quiet", "--detach")
    git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    request = {"number": 7, "head": {"repo": {"full_name": REPOSITORY}, "sha": git("rev-parse", "change").strip()}}
    run = repository.run("pull_request", "refs/pull/7/merge", pull_request=request)
    assert run.run("touched").outputs == {"dev": "true", "staging": ""}
    done = succeeded(run.run("plan-dev"))
    git("checkout", "--quiet", "main")
    assert done.steps[-1] == "Write the plan into the pull request"
    (comment,) = repository.github.comments
    assert "aws_secretsmanager_secret.secret_more" in comment
    assert not run.starts("apply-dev")
    assert not run.starts("plan-staging")


def test_change_outside_terraform_is_drift(repository: Repository) -> None:
    nightly = repository.run("schedule", schedule=NIGHTLY)
    assert nightly.starts("drift-dev")
    succeeded(nightly.run("drift-dev"))
    session: Any = repository.clone.target.session(ACCOUNT)
    session.client("secretsmanager", region_name="us-east-1").update_secret(
        SecretId="mobile/dev/token", Description="by hand"
    )
    done = nightly.run("drift-dev")
    assert done.result == "failure"
    assert "aws_secretsmanager_secret.secret_token: changed outside Terraform (description)" in done.output


Claims = dict[str, Any]


@pytest.mark.parametrize(
    ("right", "env", "accepted", "claims"),
    [
        ("plan", "dev", True, github_claims(REPOSITORY, f"ref:{MAIN}", MAIN)),
        ("plan", "dev", True, github_claims(REPOSITORY, "pull_request", "refs/pull/7/merge")),
        ("apply", "dev", True, github_claims(REPOSITORY, "environment:dev", MAIN)),
        ("apply", "staging", True, github_claims(REPOSITORY, "environment:staging", "refs/tags/v1.4.2-rc.1")),
        # Without the environment, nobody has approved it.
        ("apply", "dev", False, github_claims(REPOSITORY, f"ref:{MAIN}", MAIN)),
        ("apply", "dev", False, github_claims(REPOSITORY, "pull_request", "refs/pull/7/merge")),
        ("apply", "staging", False, github_claims(REPOSITORY, "environment:dev", "refs/tags/v1.4.2-rc.1")),
        ("apply", "staging", False, github_claims(REPOSITORY, "environment:staging", MAIN)),
        # A fork, another repository of the owner, and another owner.
        ("plan", "dev", False, github_claims("somebody/infrastructure", "pull_request", "refs/pull/7/merge")),
        ("plan", "dev", False, github_claims("mobile/infrastructure-2", f"ref:{MAIN}", MAIN)),
        ("plan", "dev", False, github_claims(REPOSITORY, "ref:refs/heads/other", "refs/heads/other")),
        ("plan", "dev", False, github_claims(REPOSITORY, "*", MAIN)),
        ("plan", "dev", False, github_claims(REPOSITORY, f"ref:{MAIN}", MAIN, aud="https://github.com/mobile")),
    ],
)
def test_roles_accept_only_the_tokens_of_their_jobs(
    right: Right, env: str, accepted: bool, claims: Claims, repository: Repository
) -> None:
    repository.github.claims = claims
    if accepted:
        assert repository.credentials(right, env)["AWS_SESSION_TOKEN"]
    else:
        with pytest.raises(ClientError) as error:
            repository.credentials(right, env)
        assert error.value.response["Error"]["Code"] in ("AccessDenied", "InvalidIdentityToken")


def test_state_was_written_with_the_role_of_the_job(repository: Repository) -> None:
    settings = load(repository.clone.folder / "envs")["dev"].settings
    bucket = state_bucket_name(settings.account_names)
    state = json.loads(repository.clone.s3.get_object(Bucket=bucket, Key="mobile/dev/terraform.tfstate")["Body"].read())
    assert "secret_token" in {each["name"] for each in state["resources"]}
